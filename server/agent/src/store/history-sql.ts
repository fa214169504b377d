// Owns the SQL that reads the transfer history.
import { orderBy, type Sort, type SortTable } from './page.ts';

/** Fields as `sortfield` spells them: those of TransferHistoryRecord in PascalCase (transferhistory.md, Quirks). */
export const historySortFields = {
  StartDate: 'h.start_date',
  EndDate: 'h.end_date',
  Name: 'h.name COLLATE NOCASE',
  Origin: 'h.origin',
  Direction: 'h.direction',
  TransferStatus: 'h.transfer_status',
  TotalObjects: 'h.total_objects',
  TransferredObjects: 'h.transferred_objects',
  FailedObjects: 'h.failed_objects',
  SkippedObjects: 'h.skipped_objects',
  TotalSize: 'h.total_size',
  TransferredSize: 'h.transferred_size',
  AverageSpeed: 'h.average_speed',
  ErrorMessage: 'h.error_message',
  SourceBucket: 'h.source_bucket',
  SourcePath: 'h.source_path',
  SourceCloudProvider: 'h.source_cloud_provider',
  SourceCloudAccountName: 'sourceCloudAccountName COLLATE NOCASE',
  DestinationBucket: 'h.destination_bucket',
  DestinationPath: 'h.destination_path',
  DestinationCloudProvider: 'h.destination_cloud_provider',
  DestinationCloudAccountName: 'destinationCloudAccountName COLLATE NOCASE',
  UserEmail: 'userEmail COLLATE NOCASE',
  UserName: 'userName COLLATE NOCASE',
} as const satisfies SortTable;
export type HistorySortField = keyof typeof historySortFields;

/** Whose records: those of the whole account, or of one of its users. */
export type HistoryScope = 'account' | 'user';

const matches = (
  scope: HistoryScope,
  table: string,
): string => `${table}.account_id = @accountId${scope === 'user' ? ` AND ${table}.user_id = @userId` : ''}
  AND (@origin = 0 OR ${table}.origin & @origin) AND (@status = 0 OR ${table}.transfer_status & @status)
  AND (@direction = 0 OR ${table}.direction = @direction)`;

/** One page. Details come from the user and the cloud accounts as they are today, and from the record when they are gone. */
export const pageSql = (scope: HistoryScope, sort: Sort<HistorySortField>): string => `
SELECT h.id, h.user_id AS userId, h.account_id AS accountId,
  COALESCE(u.email, h.user_email) AS userEmail, COALESCE(trim(u.firstname || ' ' || u.lastname), h.user_name) AS userName,
  h.origin, h.direction, h.transfer_status AS transferStatus, h.start_date AS startDate, h.end_date AS endDate,
  h.source_cloud_account_id AS sourceCloudAccountId, h.source_cloud_provider AS sourceCloudProvider,
  h.source_bucket AS sourceBucket, h.source_path AS sourcePath,
  h.destination_cloud_account_id AS destinationCloudAccountId, h.destination_cloud_provider AS destinationCloudProvider,
  h.destination_bucket AS destinationBucket, h.destination_path AS destinationPath,
  h.total_objects AS totalObjects, h.transferred_objects AS transferredObjects,
  h.failed_objects AS failedObjects, h.skipped_objects AS skippedObjects,
  h.total_size AS totalSize, h.transferred_size AS transferredSize, h.average_speed AS averageSpeed,
  h.error_message AS errorMessage, h.name,
  COALESCE(s.name, h.source_cloud_account_name) AS sourceCloudAccountName,
  COALESCE(d.name, h.destination_cloud_account_name) AS destinationCloudAccountName
FROM history h
LEFT JOIN users u ON u.id = h.user_id AND u.account_id = h.account_id
LEFT JOIN cloud_accounts s ON s.id = h.source_cloud_account_id AND s.account_id = h.account_id
LEFT JOIN cloud_accounts d ON d.id = h.destination_cloud_account_id AND d.account_id = h.account_id
WHERE ${matches(scope, 'h')}
ORDER BY ${orderBy(historySortFields, sort, 'h.id')} LIMIT @limit OFFSET @offset`;

export const totalSql = (scope: HistoryScope): string =>
  `SELECT COALESCE(sum(c.records), 0) AS total FROM history_counts c WHERE ${matches(scope, 'c')}`;

/** The names of the user and of the cloud accounts are taken down as they are at this moment. */
export const insertSql = `
INSERT INTO history (id, transfer_id, user_id, account_id, user_email, user_name, origin, direction, transfer_status, start_date, end_date,
  source_cloud_account_id, source_cloud_account_name, source_cloud_provider, source_bucket, source_path,
  destination_cloud_account_id, destination_cloud_account_name, destination_cloud_provider, destination_bucket, destination_path,
  total_objects, transferred_objects, failed_objects, skipped_objects, total_size, transferred_size, average_speed, error_message, name)
VALUES (@id, @transferId, @userId, @accountId,
  COALESCE((SELECT email FROM users WHERE id = @userId AND account_id = @accountId), ''),
  COALESCE((SELECT trim(firstname || ' ' || lastname) FROM users WHERE id = @userId AND account_id = @accountId), ''),
  @origin, @direction, @transferStatus, @startDate, @endDate,
  @sourceCloudAccountId, (SELECT name FROM cloud_accounts WHERE id = @sourceCloudAccountId AND account_id = @accountId),
  @sourceCloudProvider, @sourceBucket, @sourcePath,
  @destinationCloudAccountId, (SELECT name FROM cloud_accounts WHERE id = @destinationCloudAccountId AND account_id = @accountId),
  @destinationCloudProvider, @destinationBucket, @destinationPath,
  @totalObjects, @transferredObjects, @failedObjects, @skippedObjects, @totalSize, @transferredSize, @averageSpeed, @errorMessage, @name)`;
