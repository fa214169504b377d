// Owns the plainest P2P transfer: what everything else about P2P transfers builds on (cloud.md, Initiate P2P Transfer).
import { p2pState, startP2PTransfer } from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.p2p-transfer.small-object',
    {
      title: 'A P2P transfer of a small object ends as completed, and the object is at the target',
      controller: 'Cloud',
      operations: ['initiateP2PTransfer', 'getP2PTransferStatus'],
      statuses: [200],
      proves: ['CLOUD-P2P-002'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const sourcePath = await stored(storage, `${name('object')}.bin`, given.bytes(100));
      const places = { source: storage, target: storage, sourcePath, targetPath: sourcePath };
      await p2pState(context, api, await startP2PTransfer(context, api, places), ['completed']);
      expect.that(await storage.objects.has(storage.target, sourcePath), 'the object is at the target');
    },
  ),
];
