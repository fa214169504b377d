// Owns the SQL that writes the transfer history and reads its records.
import type { SortTable } from './page.ts';

/** Whose records: those of the whole account, or of one of its users. */
export type HistoryScope = 'account' | 'user';

/** Which filters a query has; the others are left out of its SQL, because each costs something for each row that is passed. */
export interface HistoryFilters {
  readonly origin: boolean;
  readonly status: boolean;
  readonly direction: boolean;
}

interface Order {
  readonly by: string;
  readonly index: string;
}

const column = (name: string, by = name): Order => ({ by: `h.${by}`, index: `history_by_${name}` });

/** Fields as `sortfield` spells them: those of TransferHistoryRecord in PascalCase (transferhistory.md, Quirks). */
const columns = {
  StartDate: column('start_date'),
  EndDate: column('end_date'),
  Name: column('name', 'name COLLATE NOCASE'),
  Origin: column('origin'),
  Direction: column('direction'),
  TransferStatus: column('transfer_status'),
  TotalObjects: column('total_objects'),
  TransferredObjects: column('transferred_objects'),
  FailedObjects: column('failed_objects'),
  SkippedObjects: column('skipped_objects'),
  TotalSize: column('total_size'),
  TransferredSize: column('transferred_size'),
  AverageSpeed: column('average_speed'),
  ErrorMessage: column('error_message'),
  SourceBucket: column('source_bucket'),
  SourcePath: column('source_path'),
  SourceCloudProvider: column('source_cloud_provider'),
  DestinationBucket: column('destination_bucket'),
  DestinationPath: column('destination_path'),
  DestinationCloudProvider: column('destination_cloud_provider'),
} as const satisfies Readonly<Record<string, Order>>;

interface NameOrder extends Order {
  readonly table: string;
  /** The column of the history that leads to the table. */
  readonly key: string;
  /** The index of the history by that column. */
  readonly inner: string;
}

const nameOrder = (table: string, by: string, key: string): NameOrder => ({
  by: `n.${by} COLLATE NOCASE`,
  index: `${table}_by_${by}`,
  table,
  key,
  inner: `history_of_${key}`,
});

/** Names stand in tables of their own: the way leads along the names, and from each to its records. */
const names = {
  UserEmail: nameOrder('history_owners', 'email', 'owner'),
  UserName: nameOrder('history_owners', 'name', 'owner'),
  SourceCloudAccountName: nameOrder('history_clouds', 'name', 'source'),
  DestinationCloudAccountName: nameOrder('history_clouds', 'name', 'destination'),
} as const satisfies Readonly<Record<string, NameOrder>>;

export type HistorySortField = keyof typeof columns | keyof typeof names;

export const historySortFields = Object.fromEntries(
  Object.entries({ ...columns, ...names }).map(([field, { by }]) => [field, by]),
) as Readonly<Record<HistorySortField, string>> satisfies SortTable;

export interface HistoryOrder {
  readonly scope: HistoryScope;
  readonly field: HistorySortField;
  readonly descending: boolean;
  readonly filters: HistoryFilters;
}

const flags = (table: string, { origin, status, direction }: HistoryFilters): string =>
  [
    origin ? ` AND ${table}.origin & @origin` : '',
    status ? ` AND ${table}.transfer_status & @status` : '',
    direction ? ` AND ${table}.direction = @direction` : '',
  ].join('');

const isName = (field: HistorySortField): field is keyof typeof names => Object.hasOwn(names, field);

/** One user has one name and one address: by these, the own records are sorted by date. */
const effectiveField = (scope: HistoryScope, field: HistorySortField): HistorySortField =>
  scope === 'user' && (field === 'UserEmail' || field === 'UserName') ? 'StartDate' : field;

/** Whether the way leads past the records of the user alone, or past those of the whole account. */
export const walksOwn = (scope: HistoryScope, field: HistorySortField): boolean =>
  scope === 'user' && effectiveField(scope, field) === 'StartDate';

const orderOf = (field: HistorySortField, descending: boolean): string => {
  const terms = isName(field) ? [names[field].by, 'n.no', 'h.start_date', 'h.no'] : [columns[field].by, 'h.no'];
  return terms.map((term) => `${term}${descending ? ' DESC' : ''}`).join(', ');
};

const page = 'LIMIT @limit OFFSET @offset';

/** Along the index of the order: nothing is sorted, and no record is read that is not on the page. */
export function walkSql({ scope, field: wanted, descending, filters }: HistoryOrder): string {
  const field = effectiveField(scope, wanted);
  const order = `ORDER BY ${orderOf(field, descending)} ${page}`;
  const own = scope === 'user' ? ' AND h.owner = @owner' : '';
  if (isName(field)) {
    const { table, index, key, inner } = names[field];
    return `SELECT h.no FROM ${table} n INDEXED BY ${index} CROSS JOIN history h INDEXED BY ${inner} ON h.${key} = n.no
WHERE n.account_id = @accountId${own}${flags('h', filters)} ${order}`;
  }
  if (walksOwn(scope, field))
    return `SELECT h.no FROM history h INDEXED BY history_of_owner WHERE h.owner = @owner${flags('h', filters)} ${order}`;
  return `SELECT h.no FROM history h INDEXED BY ${columns[field].index} WHERE h.account = @account${own}${flags('h', filters)} ${order}`;
}

/** The records that match are looked up by kind, or by their owner, and sorted: for filters that leave few of them. */
export function collectSql({ scope, field: wanted, descending, filters }: HistoryOrder): string {
  const field = effectiveField(scope, wanted);
  const join = isName(field) ? ` CROSS JOIN ${names[field].table} n ON n.no = h.${names[field].key}` : '';
  const order = `ORDER BY ${orderOf(field, descending)} ${page}`;
  if (scope === 'user')
    return `SELECT h.no FROM history h INDEXED BY history_of_owner${join} WHERE h.owner = @owner${flags('h', filters)} ${order}`;
  return `SELECT h.no FROM history_counts c CROSS JOIN history h INDEXED BY history_of_kind
ON h.account = c.owner AND h.origin = c.origin AND h.direction = c.direction AND h.transfer_status = c.transfer_status${join}
WHERE c.owner = @account${flags('c', filters)} ${order}`;
}

export const totalSql = `SELECT COALESCE(sum(c.records), 0) FROM history_counts c
WHERE c.owner = @owner AND (@origin = 0 OR c.origin & @origin) AND (@status = 0 OR c.transfer_status & @status)
  AND (@direction = 0 OR c.direction = @direction)`;

export const recordSql = `SELECT h.id, o.user_id AS userId, o.account_id AS accountId, o.email AS userEmail, o.name AS userName,
  h.origin, h.direction, h.transfer_status AS transferStatus, h.start_date AS startDate, h.end_date AS endDate,
  nullif(s.cloud_account_id, '') AS sourceCloudAccountId, h.source_cloud_provider AS sourceCloudProvider,
  h.source_bucket AS sourceBucket, h.source_path AS sourcePath,
  nullif(d.cloud_account_id, '') AS destinationCloudAccountId, h.destination_cloud_provider AS destinationCloudProvider,
  h.destination_bucket AS destinationBucket, h.destination_path AS destinationPath,
  h.total_objects AS totalObjects, h.transferred_objects AS transferredObjects,
  h.failed_objects AS failedObjects, h.skipped_objects AS skippedObjects,
  h.total_size AS totalSize, h.transferred_size AS transferredSize, h.average_speed AS averageSpeed,
  h.error_message AS errorMessage, h.name, h.verification, s.name AS sourceCloudAccountName, d.name AS destinationCloudAccountName
FROM history h JOIN history_owners o ON o.no = h.owner JOIN history_clouds s ON s.no = h.source JOIN history_clouds d ON d.no = h.destination
WHERE h.no = ?`;

/** The number of the account (no user), or of one of its users. */
export const ownerSql = 'SELECT no FROM history_owners WHERE account_id = ? AND user_id = ?';

/** Names as they are at this moment; triggers follow them from then on. */
export const insertOwnersSql = `INSERT INTO history_owners (account_id, user_id, email, name)
VALUES (@accountId, '', '', ''), (@accountId, @userId,
  COALESCE((SELECT email FROM users WHERE id = @userId AND account_id = @accountId), ''),
  COALESCE((SELECT trim(firstname || ' ' || lastname) FROM users WHERE id = @userId AND account_id = @accountId), ''))
ON CONFLICT DO NOTHING`;

export const insertCloudSql = `INSERT INTO history_clouds (account_id, cloud_account_id, name)
VALUES (@accountId, COALESCE(@id, ''), (SELECT name FROM cloud_accounts WHERE id = @id AND account_id = @accountId))
ON CONFLICT DO NOTHING`;

const cloudNo = (side: string): string =>
  `(SELECT no FROM history_clouds WHERE account_id = @accountId AND cloud_account_id = COALESCE(@${side}CloudAccountId, ''))`;

export const insertSql = `
INSERT INTO history (id, transfer_id, account, owner, origin, direction, transfer_status, start_date, end_date,
  source, source_cloud_provider, source_bucket, source_path,
  destination, destination_cloud_provider, destination_bucket, destination_path,
  total_objects, transferred_objects, failed_objects, skipped_objects, total_size, transferred_size, average_speed, error_message, name, verification)
VALUES (@id, @transferId, (SELECT no FROM history_owners WHERE account_id = @accountId AND user_id = ''),
  (SELECT no FROM history_owners WHERE account_id = @accountId AND user_id = @userId),
  @origin, @direction, @transferStatus, @startDate, @endDate,
  ${cloudNo('source')}, @sourceCloudProvider, @sourceBucket, @sourcePath,
  ${cloudNo('destination')}, @destinationCloudProvider, @destinationBucket, @destinationPath,
  @totalObjects, @transferredObjects, @failedObjects, @skippedObjects, @totalSize, @transferredSize, @averageSpeed, @errorMessage, @name, @verification)`;

/** Without an owner, any record of the account. */
export const removeSql = `DELETE FROM history WHERE id = @id AND account = @account AND (@owner IS NULL OR owner = @owner)`;
