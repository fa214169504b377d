// Owns what becomes of a server transfer when something goes wrong at its ends: all of the object arrives, or none of it.
import { startFaultyRelay } from '../../src/kit/faulty-relay.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterServerTransfer,
  MiB,
  serverState,
  severalChunks,
  startServerTransfer,
  stored,
  throttled,
  throttledBothWays,
} from '../../src/kit/transfers.ts';

const size = 3 * MiB + 7;
const common = {
  controller: 'Cloud',
  after: afterServerTransfer,
  operations: ['initiateServerTransfer', 'getServerTransferStatus'],
  statuses: [202, 200],
  level: 'SHOULD',
} as const;

export const scenarios = [
  scenario(
    'cloud.server-transfer.source-is-cut-off',
    { ...common, title: 'A source that is cut off in the middle leads to the whole object or to none', proves: ['CLOUD-S2S-018'] },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, target, server] = [await given.session(), await given.storage(), await given.ownObjectServer()];
      const [bytes, path] = [given.bytes(size), `${name('object')}.bin`];
      let reads = 0;
      const isRead = (method: string, of: string): boolean => method === 'GET' && of.endsWith(`/${path}`);
      const relay = await startFaultyRelay(server.url, ({ method, path: of }) =>
        isRead(method, of) && (reads += 1) === 1 ? { cutAfter: MiB } : undefined,
      );
      cleanUp(`relay ${relay.url}`, () => relay.close());
      const source = await given.accountAt({ ...server, url: relay.url });
      await stored(server, path, bytes);
      const transferId = await startServerTransfer(context, api, { source, target, sourcePath: path, targetPath: path });
      const { status } = await serverState(context, api, transferId, ['completed', 'failed']);
      expect.equal(relay.mishaps(), 1, 'the source was cut off once');
      const wanted = status === 'completed' ? sha256(bytes) : undefined;
      expect.equal(
        await target.objects.sha256(target.target, path),
        wanted,
        'the target holds all of it when the transfer is completed, and nothing otherwise',
      );
    },
  ),
  scenario(
    'cloud.server-transfer.source-changes',
    { ...common, title: 'An object that changes while it is transferred does not arrive as a mixture', proves: ['CLOUD-S2S-019'] },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage(throttledBothWays)];
      const [before, after] = [given.bytes(severalChunks), given.bytes(severalChunks + 1).subarray(1)];
      const path = await stored(storage, `${name('object')}.bin`, before);
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath: path, targetPath: path });
      await serverState(context, api, transferId, ['running'], ({ bytesTransferred }) => bytesTransferred > 0);
      await storage.objects.put(storage.source, path, after);
      storage.throttle?.release();
      await serverState(context, api, transferId, ['completed', 'failed']);
      const found = await storage.objects.sha256(storage.target, path);
      expect.oneOf(found, [undefined, sha256(before), sha256(after)], 'the target shows one version as a whole, or nothing');
    },
  ),
  scenario(
    'cloud.server-transfer.target-refuses',
    { ...common, title: 'A server transfer to a server that refuses to be written to fails, and says why', proves: ['CLOUD-S2S-014'] },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, source, server] = [await given.session(), await given.storage(), await given.ownObjectServer()];
      const relay = await startFaultyRelay(server.url, ({ method }) =>
        ['PUT', 'POST', 'PATCH'].includes(method) ? { status: 403 } : undefined,
      );
      cleanUp(`relay ${relay.url}`, () => relay.close());
      const target = await given.accountAt({ ...server, url: relay.url });
      const path = await stored(source, `${name('object')}.bin`, given.bytes(size));
      const transferId = await startServerTransfer(context, api, { source, target, sourcePath: path, targetPath: path });
      const { errorMessage } = await serverState(context, api, transferId, ['failed']);
      expect.that(relay.mishaps() > 0, 'the target was asked, and has refused');
      expect.that(errorMessage !== '', '`errorMessage` says what went wrong', errorMessage);
      expect.equal(await server.objects.list(server.target, path), [], 'the target shows nothing of it');
    },
  ),
  scenario(
    'cloud.server-transfer.slow-source-cancelled',
    {
      ...common,
      title: 'A server transfer from a source that hardly sends anything can be cancelled, and the target never shows it',
      operations: ['initiateServerTransfer', 'getServerTransferStatus', 'cancelServerTransfer'],
      proves: ['CLOUD-S2S-016'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, target] = [await given.session(), await given.storage()];
      const source = await given.storage({ ...throttled, bytesPerSecond: 1000, burst: 20_000 });
      const path = await stored(source, `${name('object')}.bin`, given.bytes(size));
      const transferId = await startServerTransfer(context, api, { source, target, sourcePath: path, targetPath: path });
      await serverState(context, api, transferId, ['running']);
      expect.equal(
        (await api.call('cancelServerTransfer', { path: { transferId } })).status,
        200,
        'Cancel answers 200 for a running transfer',
      );
      await serverState(context, api, transferId, ['cancelled']);
      source.throttle?.release();
      expect.equal(await target.objects.list(target.target, path), [], 'the target shows nothing of it');
    },
  ),
];
