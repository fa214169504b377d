// Owns the plainest server transfer: what everything else about server transfers builds on (cloud.md, Initiate Server Transfer).
import { scenario } from '../../src/kit/scenario.ts';
import { serverState, startServerTransfer, stored } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.server-transfer.small-object',
    {
      title: 'A server transfer of a small object ends as completed, and the object is at the target',
      controller: 'Cloud',
      operations: ['initiateServerTransfer', 'getServerTransferStatus'],
      statuses: [202, 200],
      proves: ['CLOUD-S2S-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const sourcePath = await stored(storage, `${name('object')}.bin`, given.bytes(100));
      const places = { source: storage, target: storage, sourcePath, targetPath: sourcePath };
      await serverState(context, api, await startServerTransfer(context, api, places), ['completed']);
      expect.that(await storage.objects.has(storage.target, sourcePath), 'the object is at the target');
    },
  ),
];
