// Owns the translation of Azure Storage error codes and statuses into `ProviderError`.
import { kindOfStatus, retryAfter } from './http-errors.ts';
import { ProviderError, type ProviderErrorKind } from './provider.ts';

/** learn.microsoft.com/rest/api/storageservices/blob-service-error-codes, where the status alone misleads. */
const KIND_OF_CODE: Readonly<Record<string, ProviderErrorKind>> = {
  BlobAlreadyExists: 'conflict',
  BlobArchived: 'invalid',
  BlobImmutableDueToPolicy: 'conflict',
  BlockCountExceedsLimit: 'invalid',
  // The bytes or the blocks are not what was meant: sending them again helps.
  InvalidBlockList: 'unavailable',
  Md5Mismatch: 'unavailable',
  InvalidBlobOrBlock: 'conflict',
  LeaseIdMissing: 'conflict',
  LeaseIdMismatchWithBlobOperation: 'conflict',
  OperationTimedOut: 'unavailable',
};

const FIX: Readonly<Record<string, string>> = {
  AccountIsDisabled: 'the storage account is disabled',
  BlobArchived: 'the blob is in the archive tier: rehydrate it first',
  InvalidBlobOrBlock: 'uncommitted blocks of another client are in the way: remove the blob, or wait a week until they expire',
  KeyBasedAuthenticationNotPermitted: 'the storage account refuses account keys: allow Shared Key access in its configuration',
};

export interface AzureFailure {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | undefined;
}

/** `what` names the request without secrets: "Put Block container/key". */
export function azureError(what: string, { status, code, retryAfter: after }: AzureFailure): ProviderError {
  const retryAfterMs = retryAfter(after);
  const fix = FIX[code] === undefined ? '' : `: ${FIX[code]}`;
  return new ProviderError(
    KIND_OF_CODE[code] ?? kindOfStatus(status),
    `${what} failed: ${code === '' ? 'no reason given' : code} (${status})${fix}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}
