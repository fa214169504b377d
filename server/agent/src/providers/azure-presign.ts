// Owns the signed URLs of Azure blobs.
import { queryOf, type AzureClient } from './azure-client.ts';
import { serviceSas } from './azure-shared-key.ts';
import { attachment } from './content-disposition.ts';
import type { SignRequest } from './provider.ts';

type Grant = SignRequest & { readonly permissions: 'r' | 'cw'; readonly forceToDownload?: boolean };

/**
 * A service SAS, signed with the account key. Whoever uploads with one must send `x-ms-blob-type: BlockBlob`: the service asks
 * for that header of every Put Blob. A SAS binds neither the content type nor the size.
 */
export function signBlob(azure: AzureClient, grant: Grant, now: () => number): string {
  const { bucket, key, permissions, expiresInSeconds, forceToDownload = false } = grant;
  const path = azure.path(bucket, key);
  const sas = serviceSas(azure.key, {
    container: bucket,
    blob: key,
    permissions,
    expires: now() + expiresInSeconds * 1000,
    httpsOnly: azure.base.protocol === 'https:',
    ...(forceToDownload && { disposition: attachment(key) }),
  });
  return `${azure.base.origin}${path}${queryOf(sas)}`;
}
