// Owns giving the transfer history something to tell apart: records of two directions, two origins and, where it can be had, two outcomes.
import type { Context } from './check.ts';
import {
  afterDownload,
  afterServerTransfer,
  afterUpload,
  clientState,
  download,
  serverState,
  startServerTransfer,
  stored,
  upload,
} from './transfers.ts';

type HistoryRecord = Readonly<Record<string, unknown>>;

/** What has to work for there to be a history. */
export const afterMixedHistory = [...afterDownload, ...afterServerTransfer, ...afterUpload];

const finalStates = ['completed', 'failed', 'cancelled'];

/** Tells the record of the upload that `mixedHistory` has made for this check. */
export const isTheUpload =
  ({ name }: Context) =>
  ({ sourcePath, destinationPath }: HistoryRecord): boolean =>
    [sourcePath, destinationPath].some((path) => String(path).endsWith(`${name('filtered')}.bin`));

/** Makes the records, and answers the one of the upload: completed, and the only upload of its name. */
export async function mixedHistory(context: Context): Promise<HistoryRecord> {
  const { given, name, eventually } = context;
  const api = await given.session();
  const storage = await given.storage();
  const folder = await given.folder();
  const other = await stored(storage, `${name('other')}.bin`, given.bytes(50));
  await clientState(context, api, await download(context, api, storage, { key: other, folder }), ['completed']);
  const places = { source: storage, target: storage, sourcePath: other, targetPath: other };
  await serverState(context, api, await startServerTransfer(context, api, places), ['completed']);
  // What becomes of a download of nothing is not documented; where it becomes a transfer, its record is one to leave out.
  const { status, body } = await api.call('downloadObject', {
    body: { cloudAccount: storage.account, storageName: storage.source, objectKey: 'nothing.bin', downloadPath: folder, objectType: 1 },
  });
  const transferId = (body as { transferId?: unknown } | undefined)?.transferId;
  if (status === 200 && typeof transferId === 'string') await clientState(context, api, transferId, finalStates);
  const file = await given.file(`${name('filtered')}.bin`, 100);
  await clientState(context, api, await upload(context, api, storage, file), ['completed']);
  const record = await eventually({
    rule: 'the history has a record of an upload',
    read: async () => (await api.ok('getAllTransferHistory', { query: { pagesize: 200 } })).data.find(isTheUpload(context)),
    fits: (found) => found !== undefined,
  });
  return record ?? {};
}
