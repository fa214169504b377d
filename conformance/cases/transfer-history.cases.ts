// Owns the cases of the TransferHistory operations (transferhistory.md).
import type { Case } from '../src/kit/case.ts';
import { afterMixedHistory, isTheUpload, mixedHistory } from '../src/kit/mixed-history.ts';
import { pageOf } from '../src/kit/paging.ts';

export const cases: readonly Case[] = [
  {
    id: 'transfer-history.get-all-transfer-history.success',
    title: 'Get All answers a page of records, with the documented defaults of paging',
    operation: 'getAllTransferHistory',
    expect: { status: 200, body: { options: { page: 1, pageSize: 50 } }, also: ({ body }, { expect }) => void pageOf(body, expect) },
    proves: ['HIST-LIST-001'],
  },
  {
    id: 'transfer-history.get-all-transfer-history.page-size',
    title: 'Get All keeps to the page size and echoes page and size',
    operation: 'getAllTransferHistory',
    request: { query: { page: 2, pagesize: 1 } },
    expect: {
      status: 200,
      body: { options: { page: 2, pageSize: 1 } },
      also: ({ body }, { expect }) => {
        const { data, total } = pageOf(body, expect);
        expect.equal(data.length, total > 1 ? 1 : 0, 'the second page of one holds the second record, if there is one');
      },
    },
    proves: ['HIST-LIST-002', 'HIST-PAGE-002'],
  },
  ...(
    [
      ['origin', 'origin'],
      ['status', 'transferStatus'],
      ['direction', 'direction'],
    ] as const
  ).map(([filter, field]): Case => ({
    id: `transfer-history.get-all-transfer-history.filter-by-${filter}`,
    title: `Get All keeps only records of the wanted ${filter}, and finds those`,
    operation: 'getAllTransferHistory',
    impact: 'self-cleaning',
    after: afterMixedHistory,
    request: async (context) => ({ query: { [filter]: Number((await mixedHistory(context))[field]), pagesize: 200 } }),
    expect: {
      status: 200,
      also: ({ body }, context) => {
        const { data } = pageOf(body, context.expect);
        const ours = context.expect.present(data.find(isTheUpload(context)), `an upload is found by its ${filter}`);
        context.expect.that(
          data.every((record) => record[field] === ours[field]),
          `every record has ${field} ${String(ours[field])}`,
        );
      },
    },
    proves: ['HIST-LIST-003'],
  })),
  {
    id: 'transfer-history.get-all-transfer-history.sorted',
    title: 'Get All sorts by StartDate, newest first, unless told otherwise',
    operation: 'getAllTransferHistory',
    impact: 'self-cleaning',
    after: afterMixedHistory,
    request: async (context) => {
      await mixedHistory(context);
      return { query: { pagesize: 200 } };
    },
    expect: {
      status: 200,
      also: ({ body }, { expect }) => {
        const dates = pageOf(body, expect).data.map(({ startDate }) => Date.parse(String(startDate)));
        expect.that(dates.length > 1, 'there are records to compare', dates.length);
        expect.that(
          dates.every((date, index) => index === 0 || date <= (dates[index - 1] ?? 0)),
          'the start dates descend',
        );
      },
    },
    proves: ['HIST-LIST-004'],
  },
  {
    id: 'transfer-history.get-all-transfer-history.unknown-sort-field',
    title: 'Get All refuses a sort field that does not exist',
    operation: 'getAllTransferHistory',
    level: 'INFO',
    request: { query: { sortfield: 'NoSuchField' } },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'transfer-history.get-all-transfer-history.page-zero',
    title: 'Get All refuses page 0, because pages count from 1',
    operation: 'getAllTransferHistory',
    level: 'SHOULD',
    request: { query: { page: 0 }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['HIST-PAGE-001'],
  },
];
