// Owns what the history says of transfers that the kit brings about, and how its list is narrowed (transferhistory.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { Blocked } from '../../src/kit/faults.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

type HistoryRecord = Readonly<Record<string, unknown>>;
type Query = Readonly<Record<string, string | number | boolean>>;

async function records({ expect }: Context, api: Api, query: Query): Promise<readonly HistoryRecord[]> {
  return pageOf((await api.perform('getAllTransferHistory', { query: { pagesize: 100, ...query } })).body, expect).data;
}

/** The record whose source is the object. */
async function recordOf(context: Context, api: Api, key: string): Promise<HistoryRecord> {
  const found = await context.eventually({
    rule: 'the history has a record of the download',
    read: async () => (await records(context, api, {})).find(({ sourcePath }) => String(sourcePath).endsWith(key)),
    fits: (record) => record !== undefined,
  });
  return context.expect.present(found, 'there is a record');
}

export const scenarios = [
  scenario(
    'transfer-history.record.download',
    {
      title: 'A download leaves a record that says Download and Completed',
      controller: 'TransferHistory',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus', 'getAllTransferHistory'],
      proves: ['HIST-RECORD-001', 'HIST-RECORD-007', 'HIST-RECORD-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const key = await stored(storage, `${name('file')}.bin`, given.bytes(1234));
      await clientState(context, api, await download(context, api, storage, { key, folder: await given.folder() }), ['completed']);
      const record = await recordOf(context, api, key);
      expect.equal(record.direction, 2, 'the record says Download (2)');
      expect.equal(record.transferStatus, 4, 'the record says Completed (4)');
    },
  ),
  scenario(
    'transfer-history.record.failure',
    {
      title: 'A transfer that fails leaves a record, too',
      controller: 'TransferHistory',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus', 'getAllTransferHistory'],
      proves: ['HIST-RECORD-002', 'HIST-RECORD-008'],
    },
    async (context) => {
      const { given, should, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const [objectKey, folder] = [`${name('nothing')}.bin`, await given.folder()];
      const { status, body } = await api.call('downloadObject', {
        body: { cloudAccount: storage.account, storageName: storage.source, objectKey, downloadPath: folder, objectType: 1 },
      });
      if (status !== 200) throw new Blocked(`a download of an object that is not there is refused at once (${status}), so nothing fails`);
      await clientState(context, api, String((body as { transferId?: unknown }).transferId), ['failed']);
      const record = await recordOf(context, api, objectKey);
      should.equal(record.transferStatus, 16, 'the record says Error (16)');
    },
  ),
  scenario(
    'transfer-history.get-all-transfer-history.oldest-first',
    {
      title: 'Get All sorts by the wanted field and direction',
      controller: 'TransferHistory',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus', 'getAllTransferHistory'],
      proves: ['HIST-LIST-006', 'HIST-LIST-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      for (const part of ['one', 'two'])
        await clientState(context, api, await upload(context, api, storage, await given.file(`${name(part)}.bin`, 10)), ['completed']);
      const oldest = await records(context, api, { sortfield: 'StartDate', descending: false });
      const dates = oldest.map(({ startDate }) => Date.parse(String(startDate)));
      expect.that(dates.length > 1, 'there are records to be sorted', dates.length);
      expect.that(
        dates.every((date, index) => index === 0 || date >= (dates[index - 1] ?? 0)),
        'the start dates ascend',
        dates,
      );
      const [all, unfiltered] = [await records(context, api, {}), await records(context, api, { origin: 0, status: 0, direction: 0 })];
      expect.equal(
        unfiltered.map(({ id }) => id),
        all.map(({ id }) => id),
        '0 as origin, status and direction filters nothing',
      );
    },
  ),
];
