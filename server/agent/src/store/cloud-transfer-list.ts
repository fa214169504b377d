// Owns reading pages of the cloud-to-cloud transfers of an account.
import type { TransferRow } from '../transfers/ledger.ts';
import type { Database } from './database.ts';
import type { PageRequest, SortTable } from './page.ts';
import type { Paged } from './paged-query.ts';
import { rowOf, type TransferRecord } from './transfer-rows.ts';
import { Numbers, wayTo } from './ways.ts';

/** Field names as `sortfield` spells them; the expressions are those of the indexes. */
export const cloudTransferSortFields = {
  RequestDate: `plan ->> '$.requestedAt'`,
  StartDate: `CASE status WHEN 'pending' THEN NULL ELSE started_at END`,
  EndDate: 'ended_at',
  TransferStatus: `CASE status WHEN 'pending' THEN 1 WHEN 'running' THEN 2 WHEN 'completed' THEN 4 WHEN 'cancelled' THEN 8 ELSE 16 END`,
  TotalSize: 'total_bytes',
  TransferredSize: 'bytes',
  SourceBucket: `plan ->> '$.source.bucket'`,
  SourcePath: `plan ->> '$.source.key'`,
  DestinationBucket: `plan ->> '$.target.bucket'`,
  DestinationPath: `plan ->> '$.target.key'`,
} as const satisfies SortTable;
export type CloudTransferSortField = keyof typeof cloudTransferSortFields;

const indexes: Readonly<Record<CloudTransferSortField, string>> = {
  RequestDate: 'cloud_transfers_by_request_date',
  StartDate: 'cloud_transfers_by_start_date',
  EndDate: 'cloud_transfers_by_end_date',
  TransferStatus: 'cloud_transfers_by_status',
  TotalSize: 'cloud_transfers_by_total_size',
  TransferredSize: 'cloud_transfers_by_transferred_size',
  SourceBucket: 'cloud_transfers_by_source_bucket',
  SourcePath: 'cloud_transfers_by_source_path',
  DestinationBucket: 'cloud_transfers_by_destination_bucket',
  DestinationPath: 'cloud_transfers_by_destination_path',
};

export interface CloudTransferRow extends TransferRow {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Along the index of the order: nothing is sorted, and no transfer is read that is not on the page. */
export const cloudTransferWalkSql = (field: CloudTransferSortField, descending: boolean): string => {
  const direction = descending ? ' DESC' : '';
  return `SELECT rowid FROM transfers INDEXED BY ${indexes[field]} WHERE kind = 'cloud' AND account_id = @accountId
ORDER BY ${cloudTransferSortFields[field]}${direction}, rowid${direction} LIMIT @limit OFFSET @offset`;
};

const count = (states: string): string =>
  `(SELECT COALESCE(sum(items), 0) FROM transfer_item_counts WHERE transfer_id = transfers.id AND ${states})`;

const rowSql = `SELECT transfers.*, ${count('TRUE')} AS total, ${count("state = 'done'")} AS done, ${count("state = 'failed'")} AS failed,
  ${count("state = 'skipped'")} AS skipped FROM transfers WHERE rowid = ?`;

type Counted = TransferRecord & Pick<CloudTransferRow, 'total' | 'done' | 'failed' | 'skipped'>;

export class CloudTransferList {
  readonly #numbers: Numbers;
  readonly #row;
  readonly #total;

  constructor(database: Database) {
    this.#numbers = new Numbers(database);
    this.#row = database.prepare<[number], Counted>(rowSql);
    this.#total = database.prepare<[string], number>('SELECT transfers FROM cloud_transfer_counts WHERE account_id = ?').pluck();
  }

  page(request: PageRequest<CloudTransferSortField>, accountId: string): Paged<CloudTransferRow> {
    const total = this.#total.get(accountId) ?? 0;
    const way = wayTo(request, { matching: total, all: total });
    if (way === undefined) return { rows: [], total };
    const { descending, limit, offset, turned } = way;
    const numbers = this.#numbers.all(cloudTransferWalkSql(request.sort.field, descending), { accountId, limit, offset });
    const rows = numbers.flatMap((no) => this.#read(no));
    return { rows: turned ? rows.reverse() : rows, total };
  }

  #read(no: number): CloudTransferRow[] {
    const record = this.#row.get(no);
    if (record === undefined) return [];
    const { total, done, failed, skipped } = record;
    return [{ ...rowOf(record), total, done, failed, skipped }];
  }
}
