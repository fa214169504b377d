// Owns what a P2P transfer does to an object that exists at the target, and how it fails (cloud.md, Initiate P2P Transfer).
import { sha256 } from '../../src/kit/random-bytes.ts';
import { afterP2PTransfer, p2pState, startP2PTransfer } from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.p2p-transfer.overwrite',
    {
      title: 'A P2P transfer overwrites an object at the target only if it is told to',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'getP2PTransferStatus'],
      statuses: [200],
      proves: ['CLOUD-P2P-010'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const [bytes, old] = [given.bytes(1000), given.bytes(50)];
      const path = await stored(storage, `${name('object')}.bin`, bytes);
      await storage.objects.put(storage.target, path, old);
      const places = { source: storage, target: storage, sourcePath: path, targetPath: path };
      await p2pState(context, api, await startP2PTransfer(context, api, places), ['failed', 'completed']);
      expect.equal(await storage.objects.sha256(storage.target, path), sha256(old), 'without `overwrite` the object at the target stays');
      await p2pState(context, api, await startP2PTransfer(context, api, { ...places, overwrite: true }), ['completed']);
      expect.equal(await storage.objects.sha256(storage.target, path), sha256(bytes), 'with `overwrite` it is replaced');
    },
  ),
  scenario(
    'cloud.p2p-transfer.existing-target-fails',
    {
      title: 'A P2P transfer that would have to overwrite fails, and says why',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'getP2PTransferStatus'],
      statuses: [200],
      level: 'SHOULD',
      proves: ['CLOUD-P2P-018'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const path = await stored(storage, `${name('object')}.bin`, given.bytes(1000));
      await storage.objects.put(storage.target, path, given.bytes(50));
      const places = { source: storage, target: storage, sourcePath: path, targetPath: path };
      const { errorMessage } = await p2pState(context, api, await startP2PTransfer(context, api, places), ['failed']);
      expect.that(typeof errorMessage === 'string' && errorMessage !== '', '`errorMessage` says what went wrong', errorMessage);
    },
  ),
];
