// Owns the cases of the Transfer operations (transfer.md).
import type { Case } from '../src/kit/case.ts';
import type { Context } from '../src/kit/check.ts';
import { afterCopy, copyBody } from '../src/kit/cloud-transfers.ts';
import { pageOf } from '../src/kit/paging.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';

/** A good request, but for what is special. */
async function body({ given, name }: Context, special: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const storage = await given.storage();
  const copy = { source: storage, target: storage, sourcePath: `${name('from')}.bin`, destinationPath: `${name('to')}/` };
  const fields = { ...copyBody(copy), ...special };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const refused = (
  what: string,
  title: string,
  special: Readonly<Record<string, unknown>>,
  rest: Omit<Case, 'id' | 'title' | 'operation'>,
): Case => ({
  id: `transfer.start-transfer.${what}`,
  title,
  operation: 'startTransfer',
  request: async (context) => ({ body: await body(context, special), invalid: true }),
  ...rest,
});

const required = [
  'sourceCloudAccountId',
  'sourceBucket',
  'sourcePath',
  'destinationCloudAccountId',
  'destinationBucket',
  'destinationPath',
];

export const cases: readonly Case[] = [
  {
    id: 'transfer.get-all-transfers.success',
    title: 'Get All Transfers answers a page of transfers, with the documented defaults of paging',
    operation: 'getAllTransfers',
    expect: {
      status: 200,
      also: ({ body: answer }, { expect, should }) => {
        expect.that(pageOf(answer, expect).data.length <= 50, 'the page holds at most 50');
        should.equal((answer as { options?: unknown }).options, { page: 1, pageSize: 50 }, '`options` echoes the defaults');
      },
    },
    proves: ['TRANSFER-LIST-001', ...['001', '002', '003'].map((n) => `TRANSFER-PAGE-${n}`)],
  },
  {
    id: 'transfer.get-all-transfers.page-size',
    title: 'Get All Transfers keeps to the page size',
    operation: 'getAllTransfers',
    after: afterCopy,
    request: { query: { page: 1, pagesize: 1 } },
    expect: {
      status: 200,
      also: ({ body: answer }, { expect }) => {
        const { data, total } = pageOf(answer, expect);
        expect.equal(data.length, total > 0 ? 1 : 0, 'a page of one holds one transfer, if there is one');
      },
    },
    proves: ['TRANSFER-LIST-002'],
  },
  {
    id: 'transfer.get-all-transfers.page-zero',
    title: 'Get All Transfers refuses page 0, because pages count from 1',
    operation: 'getAllTransfers',
    level: 'SHOULD',
    request: { query: { page: 0 }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['TRANSFER-PAGE-004'],
  },
  {
    id: 'transfer.get-all-transfers.unknown-sort-field',
    title: 'Get All Transfers refuses a sort field that does not exist',
    operation: 'getAllTransfers',
    level: 'INFO',
    request: { query: { sortfield: 'NoSuchField' } },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  ...required.map((field) =>
    refused(
      `without-${field.toLowerCase()}`,
      `Transfer refuses a request without ${field}`,
      { [field]: undefined },
      {
        level: 'SHOULD',
        expect: { status: 499, errorCode: 'DEFAULT' },
        proves: ['TRANSFER-REQUEST-001'],
      },
    ),
  ),
  ...(['source', 'destination'] as const).map((side) =>
    refused(
      `unknown-${side}-account`,
      `Transfer does not know an unknown ${side} account`,
      { [`${side}CloudAccountId`]: unknownId },
      {
        level: 'SHOULD',
        expect: { status: 499, errorCode: 'NOT_FOUND' },
        proves: ['TRANSFER-REQUEST-002'],
      },
    ),
  ),
  refused(
    'path-that-climbs',
    'Transfer refuses a path that climbs',
    { destinationPath: 'a/../../b/' },
    {
      level: 'INFO',
      expect: { status: 499, errorCode: 'DEFAULT' },
    },
  ),
  {
    id: 'transfer.start-transfer.onto-itself',
    title: 'Transfer refuses to copy a folder into itself',
    operation: 'startTransfer',
    level: 'INFO',
    request: async (context) => {
      const { source } = await context.given.storage();
      const paths = { sourcePath: 'a/', destinationPath: 'a/b/', destinationBucket: source };
      return { body: await body(context, paths) };
    },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'transfer.cancel-transfer.unknown-id',
    title: 'Cancel Transfer does not know an unknown id',
    operation: 'cancelTransfer',
    level: 'SHOULD',
    request: { body: { id: unknownId } },
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['TRANSFER-CANCEL-004'],
  },
  {
    id: 'transfer.cancel-transfer.no-id',
    title: 'Cancel Transfer refuses a request without an id',
    operation: 'cancelTransfer',
    level: 'SHOULD',
    request: { body: {}, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['TRANSFER-CANCEL-006'],
  },
];
