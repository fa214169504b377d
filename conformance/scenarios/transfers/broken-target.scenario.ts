// Owns what becomes of an upload when its server goes wrong: all of the file arrives, or the bucket shows none of it.
import type { Check, Context } from '../../src/kit/check.ts';
import { faultyStorage, isRead, isWrite, once, wholeOrNoFile, wholeOrNoObject } from '../../src/kit/faulty-storage.ts';
import type { RelayedRequest } from '../../src/kit/faulty-relay.ts';
import type { Mishap } from '../../src/kit/mishaps.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, clientState, download, MiB, stored, upload } from '../../src/kit/transfers.ts';

const common = { controller: 'Cloud', after: afterUpload, operations: ['uploadObject', 'getClientTransferStatus'] } as const;

interface Story {
  readonly id: string;
  readonly title: string;
  readonly proves: string;
  readonly size: number;
  readonly mishapOf: (request: RelayedRequest) => Mishap | undefined;
}

const story = ({ id, title, proves, size, mishapOf }: Story): Check =>
  scenario(`cloud.upload.${id}`, { ...common, title, level: 'SHOULD', proves: [proves] }, async (context) => {
    const { given, expect, info, name } = context;
    const [api, storage] = [await given.session(), await faultyStorage(context, mishapOf)];
    const file = await given.file(`${name('file')}.bin`, size);
    const { status } = await wholeOrNoObject(context, api, await upload(context, api, storage, file), { storage, file });
    expect.that(storage.relay.mishaps() > 0, 'the server went wrong on the way');
    info.equal(status, 'completed', 'the transfer is completed');
  });

const retryAfterSeconds = 1;

/** Busy once in each direction; when it was asked again is noted. */
function busyOnce(key: string): { mishapOf: (request: RelayedRequest) => Mishap | undefined; waited: () => number[] } {
  const asked = { read: [] as number[], write: [] as number[] };
  const mishapOf = (request: RelayedRequest): Mishap | undefined => {
    const of = isRead(request, key) ? asked.read : isWrite(request) ? asked.write : undefined;
    if (of === undefined) return undefined;
    of.push(performance.now());
    return of.length === 1 ? { status: 503, headers: { 'retry-after': String(retryAfterSeconds) } } : undefined;
  };
  return { mishapOf, waited: () => Object.values(asked).map(([first = 0, second = Infinity]) => (second - first) / 1000) };
}

export const scenarios = [
  story({
    id: 'target-is-cut-off',
    title: 'An upload whose server closes the connection in the middle leads to the whole object or to none',
    proves: 'CLOUD-CTFAULT-002',
    size: 9 * MiB + 7,
    mishapOf: once(isWrite, { cutRequestAfter: MiB }),
  }),
  story({
    id: 'target-keeps-a-part',
    title: 'An upload is not completed while its server has kept a part of the file only',
    proves: 'CLOUD-CTFAULT-005',
    size: 50_000,
    mishapOf: once(isWrite, { keepOnly: 20_000 }),
  }),
  scenario(
    'cloud.client-transfer.busy-server',
    {
      ...common,
      title: 'A server that is busy for a moment (503 with Retry-After) leads to the whole object or to none, both ways',
      after: [...afterUpload, ...afterDownload],
      operations: ['uploadObject', 'downloadObject', 'getClientTransferStatus'],
      level: 'SHOULD',
      proves: ['CLOUD-CTFAULT-003'],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const [key, file] = [`${name('object')}.bin`, await given.file(`${name('file')}.bin`, 2000)];
      const { mishapOf, waited } = busyOnce(key);
      const [api, storage, folder] = [await given.session(), await faultyStorage(context, mishapOf), await given.folder()];
      const bytes = given.bytes(3000);
      await stored(storage, key, bytes);
      const ids = [await upload(context, api, storage, file), await download(context, api, storage, { key, folder })] as const;
      const ends = [
        await wholeOrNoObject(context, api, ids[0], { storage, file }),
        await wholeOrNoFile(context, api, ids[1], { folder, name: key, versions: [bytes] }),
      ];
      expect.equal(storage.relay.mishaps(), 2, 'the server was busy once for each');
      info.equal(
        ends.map(({ status }) => status),
        ['completed', 'completed'],
        'both transfers are completed',
      );
      info.that(
        waited().every((seconds) => seconds >= retryAfterSeconds * 0.9),
        'neither asks again before the time that the server has named',
        waited(),
      );
    },
  ),
  scenario(
    'cloud.upload.stalled-target-cancelled',
    {
      ...common,
      title: 'An upload whose server stands still can be cancelled, and the bucket never shows it',
      operations: ['uploadObject', 'cancelClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-004', 'CLOUD-CT-012'],
    },
    async (context: Context) => {
      const { given, expect, should, name } = context;
      const [api, file] = [await given.session(), await given.file(`${name('file')}.bin`, 9 * MiB)];
      const storage = await faultyStorage(context, (request) => (isWrite(request) ? { stallRequestAfter: MiB } : undefined));
      const transferId = await upload(context, api, storage, file);
      await clientState(context, api, transferId, ['running'], () => storage.relay.mishaps() > 0);
      const { status } = await api.call('cancelClientTransfer', { path: { transferId } });
      expect.equal(status, 200, 'Cancel answers 200 for a running transfer');
      await clientState(context, api, transferId, ['cancelled']);
      should.equal(await storage.objects.list(storage.target, `uploads/${file.name}`), [], 'the bucket shows nothing of it');
    },
  ),
];
