// Owns what Get All Transfers does with several transfers: order, pages, the filter by type, and whose they are (transfer.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { afterCopy, arrived, isAbout, newestTransfers, startCopy } from '../../src/kit/cloud-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

const parts = ['one', 'two', 'three'];

/** Three transfers, one after the other; answers their places in a list, in the order in which they were asked for. */
async function three(context: Context): Promise<{ api: Api; places: (query: object) => Promise<number[]> }> {
  const { given, name } = context;
  const [api, storage] = [await given.session(), await given.storage()];
  const bytes = given.bytes(20);
  const sourcePath = await stored(storage, `${name('from')}.bin`, bytes);
  for (const part of parts) {
    const destinationPath = `${name(part)}/`;
    await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
    await arrived(context, storage, destinationPath + sourcePath, bytes);
  }
  const places = async (query: object): Promise<number[]> => {
    const records = await newestTransfers(context, api, query);
    return parts.map((part) => records.findIndex(isAbout(`${name(part)}/`)));
  };
  return { api, places };
}

const ascending = (places: readonly number[]): boolean =>
  places.every((place, index) => place >= 0 && (index === 0 || place > (places[index - 1] ?? 0)));

export const scenarios = [
  scenario(
    'transfer.get-all-transfers.newest-first',
    {
      title: 'Get All Transfers sorts by RequestDate, newest first, unless told otherwise',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      proves: ['TRANSFER-LIST-003', 'TRANSFER-LIST-004'],
    },
    async (context) => {
      const { expect } = context;
      const { places } = await three(context);
      const newest = await places({});
      expect.that(ascending(newest.toReversed()), 'the transfer that was asked for last comes first', newest);
      expect.that(
        ascending((await places({ sortfield: 'RequestDate', descending: true })).toReversed()),
        'so it does when that is asked for',
      );
      const oldest = await places({ sortfield: 'RequestDate', descending: false, pagesize: 1000 });
      expect.that(ascending(oldest), 'with `descending` false it comes last', oldest);
    },
  ),
  scenario(
    'transfer.get-all-transfers.pages',
    {
      title: 'Get All Transfers answers the pages one after the other',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      proves: ['TRANSFER-LIST-002'],
    },
    async (context) => {
      const { expect } = context;
      const { api } = await three(context);
      // Oldest first: what is asked for meanwhile moves nothing.
      const page = async (number: number, size: number): Promise<string[]> => {
        const query = { sortfield: 'RequestDate', descending: false, page: number, pagesize: size };
        return (await newestTransfers(context, api, query)).map((record) => JSON.stringify(record));
      };
      const both = await page(1, 2);
      expect.equal(both.length, 2, 'there are two transfers to tell apart');
      expect.equal([...(await page(1, 1)), ...(await page(2, 1))], both, 'pages 1 and 2 of one are page 1 of two');
    },
  ),
  scenario(
    'transfer.get-all-transfers.filter-by-type',
    {
      title: 'Get All Transfers keeps only the wanted types; 15, the default, keeps all',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'SHOULD',
      proves: ['TRANSFER-LIST-005'],
    },
    async (context) => {
      const { expect } = context;
      const { places } = await three(context);
      for (const type of [1, 15]) expect.that(ascending((await places({ type })).toReversed()), `type ${type} keeps them`);
      expect.equal(await places({ type: 14 }), [-1, -1, -1], 'every other type leaves them out');
    },
  ),
  scenario(
    'transfer.get-all-transfers.sort-fields',
    {
      title: 'Get All Transfers sorts by each field that this contract names',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'INFO',
    },
    async (context) => {
      const { expect } = context;
      const { api } = await three(context);
      const fields = [
        'StartDate',
        'EndDate',
        'TransferStatus',
        'TotalSize',
        'SourceBucket',
        'SourcePath',
        'DestinationBucket',
        'DestinationPath',
      ];
      for (const sortfield of fields) {
        const records = await newestTransfers(context, api, { sortfield, descending: false, pagesize: 1000 });
        const values = records.map((record) => record[sortfield.charAt(0).toLowerCase() + sortfield.slice(1)] ?? '');
        const comparable = values.map((value) => (typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value)));
        const inOrder = comparable.every((value, index) => index === 0 || value >= (comparable[index - 1] ?? value));
        expect.that(inOrder, `the records ascend by ${sortfield}`, comparable);
      }
    },
  ),
  scenario(
    'transfer.get-all-transfers.of-the-account',
    {
      title: 'Get All Transfers shows transfers to their own account and to no other',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      proves: ['TRANSFER-LIST-006'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const stranger = await given.strangerSession();
      const { places } = await three(context);
      expect.that(ascending((await places({})).toReversed()), 'the own account sees its transfers');
      const records = await newestTransfers(context, stranger, { pagesize: 1000 });
      expect.that(!records.some(isAbout(name('one'))), 'another account does not');
    },
  ),
];
