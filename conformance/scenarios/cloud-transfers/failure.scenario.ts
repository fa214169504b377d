// Owns what becomes of a cloud-to-cloud transfer when something goes wrong at its ends: all of the object arrives, or none of it.
import {
  afterCopy,
  arrived,
  type Copy,
  copyState,
  isAbout,
  newestTransfers,
  startCopy,
  states,
  type TransferRecord,
} from '../../src/kit/cloud-transfers.ts';
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { startFaultyRelay } from '../../src/kit/faulty-relay.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { MiB, severalChunks, stored, throttled, throttledBothWays } from '../../src/kit/transfers.ts';

const size = 3 * MiB + 7;
const common = { controller: 'Transfer', after: afterCopy, operations: ['startTransfer', 'getAllTransfers'], level: 'SHOULD' } as const;

async function endOf(context: Context, api: Api, copy: Copy): Promise<TransferRecord> {
  await startCopy(context, api, copy);
  return await copyState(context, api, copy.destinationPath, [states.completed, states.error]);
}

export const scenarios = [
  scenario(
    'transfer.failure.missing-source',
    { ...common, title: 'A transfer of an object that is not there ends as Error', proves: ['TRANSFER-FAULT-001'] },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const [sourcePath, destinationPath] = [`${name('nothing')}.bin`, `${name('to')}/`];
      const record = await endOf(context, api, { source: storage, target: storage, sourcePath, destinationPath });
      expect.equal(record.transferStatus, states.error, 'the record says Error (16)');
      expect.equal(record.transferred, 0, 'nothing is counted as transferred');
      expect.equal(await storage.objects.list(storage.target, destinationPath), [], 'the destination shows nothing of it');
    },
  ),
  scenario(
    'transfer.failure.target-refuses',
    { ...common, title: 'A transfer to a storage that refuses to be written to ends as Error', proves: ['TRANSFER-FAULT-001'] },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, source, server] = [await given.session(), await given.storage(), await given.ownObjectServer()];
      const isWrite = (method: string): boolean => ['PUT', 'POST', 'PATCH'].includes(method);
      const relay = await startFaultyRelay(server.url, ({ method }) => (isWrite(method) ? { status: 403 } : undefined));
      cleanUp(`relay ${relay.url}`, () => relay.close());
      const target = await given.accountAt({ ...server, url: relay.url });
      const [sourcePath, destinationPath] = [await stored(source, `${name('from')}.bin`, given.bytes(size)), `${name('to')}/`];
      const record = await endOf(context, api, { source, target, sourcePath, destinationPath });
      expect.that(relay.mishaps() > 0, 'the destination was asked, and has refused');
      expect.equal(record.transferStatus, states.error, 'the record says Error (16)');
      expect.equal(await server.objects.list(server.target, destinationPath), [], 'the destination shows nothing of it');
    },
  ),
  scenario(
    'transfer.failure.source-is-cut-off',
    { ...common, title: 'A source that is cut off in the middle leads to the whole object or to none', proves: ['TRANSFER-FAULT-002'] },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, target, server] = [await given.session(), await given.storage(), await given.ownObjectServer()];
      let cuts = 0;
      const cutOnce = (): { cutAfter: number } | undefined => ((cuts += 1) === 1 ? { cutAfter: MiB } : undefined);
      const key = `${name('from')}.bin`;
      const relay = await startFaultyRelay(server.url, ({ method, path }) =>
        method === 'GET' && path.endsWith(`/${key}`) ? cutOnce() : undefined,
      );
      cleanUp(`relay ${relay.url}`, () => relay.close());
      const source = await given.accountAt({ ...server, url: relay.url });
      const [bytes, destinationPath] = [given.bytes(size), `${name('to')}/`];
      await stored(server, key, bytes);
      const record = await endOf(context, api, { source, target, sourcePath: key, destinationPath });
      expect.equal(relay.mishaps(), 1, 'the source was cut off once');
      if (record.transferStatus === states.completed) await arrived(context, target, destinationPath + key, bytes);
      else expect.equal(await target.objects.list(target.target, destinationPath), [], 'the destination shows nothing of it');
    },
  ),
  scenario(
    'transfer.failure.source-changes',
    { ...common, title: 'An object that changes while it is copied does not arrive as a mixture', proves: ['TRANSFER-FAULT-003'] },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage(throttledBothWays)];
      const [before, after] = [given.bytes(severalChunks), given.bytes(severalChunks + 1).subarray(1)];
      const [sourcePath, destinationPath] = [await stored(storage, `${name('from')}.bin`, before), `${name('to')}/`];
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
      await copyState(context, api, destinationPath, [states.running], ({ transferredSize }) => Number(transferredSize) > 0);
      await storage.objects.put(storage.source, sourcePath, after);
      storage.throttle?.release();
      await copyState(context, api, destinationPath, [states.completed, states.error]);
      const found = await storage.objects.sha256(storage.target, destinationPath + sourcePath);
      expect.oneOf(found, [undefined, sha256(before), sha256(after)], 'the destination shows one version as a whole, or nothing');
    },
  ),
  scenario(
    'transfer.failure.slow-source-cancelled',
    {
      ...common,
      title: 'A transfer from a source that hardly sends anything can be cancelled at once',
      operations: ['startTransfer', 'getAllTransfers', 'cancelTransfer'],
      proves: ['TRANSFER-CANCEL-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, target] = [await given.session(), await given.storage()];
      const source = await given.storage({ ...throttled, bytesPerSecond: 1000, burst: 20_000 });
      const [sourcePath, destinationPath] = [await stored(source, `${name('from')}.bin`, given.bytes(size)), `${name('to')}/`];
      await startCopy(context, api, { source, target, sourcePath, destinationPath });
      const { id } = await copyState(context, api, destinationPath, [states.running]);
      expect.equal((await api.call('cancelTransfer', { body: { id: String(id) } })).status, 200, 'Cancel Transfer answers 200');
      await copyState(context, api, destinationPath, [states.canceled]);
      source.throttle?.release();
      expect.equal(await target.objects.list(target.target, destinationPath), [], 'the destination shows nothing of it');
      expect.that((await newestTransfers(context, api)).some(isAbout(destinationPath)), 'the record is kept');
    },
  ),
];
