// Owns what becomes of a download when its server goes wrong: all of the object arrives, or none of it.
import { readdir } from 'node:fs/promises';
import type { Check, Context } from '../../src/kit/check.ts';
import { type FaultyStorage, faultyStorage, isRead, once, wholeOrNoFile } from '../../src/kit/faulty-storage.ts';
import type { RelayedRequest } from '../../src/kit/faulty-relay.ts';
import type { Mishap } from '../../src/kit/mishaps.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, clientState, type ClientStatus, download, MiB, stored } from '../../src/kit/transfers.ts';

const size = 3 * MiB + 7;
const common = { controller: 'Cloud', after: afterDownload, operations: ['downloadObject', 'getClientTransferStatus'] } as const;

interface Story {
  readonly id: string;
  readonly title: string;
  readonly proves: string;
  readonly mishapOf: (key: string) => (request: RelayedRequest) => Mishap | undefined;
  /** What this contract chose beyond it. */
  readonly also?: (context: Context, end: ClientStatus, storage: FaultyStorage) => void;
}

const story = ({ id, title, proves, mishapOf, also }: Story): Check =>
  scenario(`cloud.download.${id}`, { ...common, title, level: 'SHOULD', proves: [proves] }, async (context) => {
    const { given, expect, name } = context;
    const key = `${name('object')}.bin`;
    const [api, bytes, folder] = [await given.session(), given.bytes(size), await given.folder()];
    const storage = await faultyStorage(context, mishapOf(key));
    await stored(storage, key, bytes);
    const transferId = await download(context, api, storage, { key, folder });
    const end = await wholeOrNoFile(context, api, transferId, { folder, name: key, versions: [bytes] });
    expect.that(storage.relay.mishaps() > 0, 'the server went wrong on the way');
    also?.(context, end, storage);
  });

const outlived = ({ info }: Context, { status }: ClientStatus): void => info.equal(status, 'completed', 'the transfer is completed');

export const scenarios = [
  story({
    id: 'source-is-cut-off',
    title: 'A download whose server closes the connection in the middle leads to the whole object or to none',
    proves: 'CLOUD-CTFAULT-001',
    mishapOf: (key) => once((request) => isRead(request, key), { cutAfter: MiB }),
    also: outlived,
  }),
  story({
    id: 'compressed',
    title: 'What a server sends compressed, though the object is not, is not saved as it comes',
    proves: 'CLOUD-CTFAULT-004',
    mishapOf: (key) => (request) => (isRead(request, key) ? { compressed: true } : undefined),
  }),
  ...([-10, 10] as const).map((sizeOff) =>
    story({
      id: sizeOff < 0 ? 'source-says-less' : 'source-says-more',
      title: `A server that says that an object is ${sizeOff < 0 ? 'smaller' : 'larger'} than it is leads to the whole object or to none`,
      proves: 'CLOUD-CTFAULT-005',
      mishapOf: (key) => (request) => (request.method === 'HEAD' && request.path.endsWith(`/${key}`) ? { sizeOff } : undefined),
    }),
  ),
  scenario(
    'cloud.download.stalled-source-cancelled',
    {
      ...common,
      title: 'A download whose server stands still can be cancelled, and the folder is as it was',
      operations: ['downloadObject', 'cancelClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-004', 'CLOUD-CT-012'],
    },
    async (context) => {
      const { given, expect, name, eventually } = context;
      const key = `${name('object')}.bin`;
      const [api, folder] = [await given.session(), await given.folder()];
      const storage = await faultyStorage(context, (request) => (isRead(request, key) ? { stallAfter: MiB } : undefined));
      await stored(storage, key, given.bytes(size));
      const transferId = await download(context, api, storage, { key, folder });
      await clientState(context, api, transferId, ['running'], () => storage.relay.mishaps() > 0);
      const { status } = await api.call('cancelClientTransfer', { path: { transferId } });
      expect.equal(status, 200, 'Cancel answers 200 for a running transfer');
      await clientState(context, api, transferId, ['cancelled']);
      await eventually({ rule: 'the folder is empty', read: () => readdir(folder), fits: (names) => names.length === 0 });
    },
  ),
];
