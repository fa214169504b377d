// Owns who may see and delete which records of the transfer history (transferhistory.md).
import type { Schema } from '@click-kit/contract';
import { historySortFields } from '../store/history-sql.ts';
import type { HistoryOwner, HistoryRow, HistoryStore } from '../store/history-store.ts';
import type { Caller } from './caller.ts';
import { refusal } from './failure.ts';
import { sortField } from './sort-field.ts';

export interface HistoryListQuery {
  readonly page: number;
  readonly pagesize: number;
  readonly sortfield: string;
  readonly descending: boolean;
  readonly origin: number;
  readonly status: number;
  readonly direction: number;
}

/** "Account administrators see the transfers of the whole account, other users only their own." */
const reachOf = ({ isAdmin, accountId, userId }: Caller): HistoryOwner => (isAdmin ? { accountId } : { accountId, userId });

export class TransferHistoryService {
  readonly #store: HistoryStore;
  readonly #shown = new WeakMap<readonly HistoryRow[], Schema<'TransferHistoryRecord'>[]>();

  constructor(store: HistoryStore) {
    this.#store = store;
  }

  page(caller: Caller, query: HistoryListQuery): Schema<'TransferHistoryCollection'> {
    const { rows, total } = this.#store.page({
      owner: reachOf(caller),
      page: query.page,
      pageSize: query.pagesize,
      sort: { field: sortField(historySortFields, query.sortfield), descending: query.descending },
      origin: query.origin,
      status: query.status,
      direction: query.direction,
    });
    return { data: this.#records(rows), total, options: { page: query.page, pageSize: query.pagesize } };
  }

  /** A page that the store answers again is not made up again. */
  #records(rows: readonly HistoryRow[]): Schema<'TransferHistoryRecord'>[] {
    const known = this.#shown.get(rows);
    if (known !== undefined) return known;
    const records = rows.map(recordOf);
    this.#shown.set(rows, records);
    return records;
  }

  /** Who sees a record may delete it (chosen); anything else does not exist for the caller. */
  remove(caller: Caller, id: string): void {
    if (!this.#store.remove(id.toLowerCase(), reachOf(caller)))
      throw refusal('NOT_FOUND', 'There is no such record in the transfer history.');
  }
}

type CloudType = Schema<'CloudType'>;

const recordOf = (row: HistoryRow): Schema<'TransferHistoryRecord'> => ({
  ...row,
  direction: row.direction as Schema<'TransferHistoryDirection'>,
  startDate: new Date(row.startDate).toISOString(),
  endDate: new Date(row.endDate).toISOString(),
  sourceCloudProvider: row.sourceCloudProvider as CloudType | null,
  sourceBucket: row.sourceBucket === '' ? null : row.sourceBucket,
  destinationCloudProvider: row.destinationCloudProvider as CloudType | null,
  destinationBucket: row.destinationBucket === '' ? null : row.destinationBucket,
  totalSizeString: sizeString(row.totalSize),
  transferredSizeString: sizeString(row.transferredSize),
});

const units = ['KB', 'MB', 'GB', 'TB', 'PB'];

/** `1.0 MB` for 1048576 is documented; bytes below 1 KB stay whole (chosen). */
export function sizeString(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let [size, unit] = [bytes / 1024, 0];
  // 1023.95 and more would be printed as 1024.0 of this unit.
  for (; size >= 1023.95 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${size.toFixed(1)} ${units[unit]}`;
}
