// Owns the provider of Azure accounts: block blobs of one storage account, containers as buckets.
import { containerAdministration, propertiesOf } from './azure-administration.ts';
import { AZURE_CHUNKS } from './azure-blocks.ts';
import { AzureClient, type AzureLimits } from './azure-client.ts';
import { copyBlob } from './azure-copy.ts';
import { listBlobs, listContainers } from './azure-listing.ts';
import { md5Of, putBlob, putFolder, readBlob, removeBlob, statBlob } from './azure-objects.ts';
import { signBlob } from './azure-presign.ts';
import { openAzureUpload, resumeAzureUpload } from './azure-upload.ts';
import { defaultHttpLimits } from './http-limits.ts';
import type { Provider, ProviderAccount } from './provider.ts';
import { lookBy, settledPut } from './unheard-puts.ts';
import { verifyWith } from './verify-bucket.ts';

const defaultAzureLimits: AzureLimits = { ...defaultHttpLimits, contentMd5: true, copyBytes: 256 * 1024 * 1024 };

/** Throws `invalid` for an account name or endpoint that makes no address. */
export function azureProvider(account: ProviderAccount, limits: Partial<AzureLimits> = {}): Provider {
  const azure = new AzureClient(account, Object.keys(limits).length === 0 ? defaultAzureLimits : { ...defaultAzureLimits, ...limits });
  const stat: Provider['stat'] = (bucket, key, signal) => statBlob(azure, { bucket, key }, signal);
  return {
    chunks: AZURE_CHUNKS,
    administration: containerAdministration(azure),
    verify: (signal, bucket) =>
      verifyWith(bucket, {
        bucket: (name) => azure.call(propertiesOf(name), signal),
        account: () => azure.call({ name: 'List Containers', method: 'GET', query: { comp: 'list', maxresults: '1' } }, signal),
      }),
    listBuckets: (_options, signal) => listContainers(azure, signal),
    listObjects: (query, signal) => listBlobs(azure, query, signal),
    stat,
    read: (request, signal) => readBlob(azure, request, signal),
    putWhole: settledPut({
      put: (request, chunk, signal) => putBlob(azure, request, chunk, signal),
      look: lookBy(stat, (bytes) => Buffer.from(md5Of(bytes), 'base64').toString('hex')),
    }),
    copy: (from, to, signal, course) => copyBlob(azure, from, to, signal, course),
    openUpload: (request, signal) => openAzureUpload(azure, request, signal),
    resumeUpload: (request, state, signal, acks = []) => resumeAzureUpload(azure, request, { state, acks }, signal),
    remove: (bucket, key, signal) => removeBlob(azure, { bucket, key }, signal),
    createFolder: (bucket, key, signal) => putFolder(azure, { bucket, key }, signal),
    signDownloadUrl: async (request) => signBlob(azure, { ...request, permissions: 'r' }, Date.now),
    signUploadUrl: async (request) => signBlob(azure, { ...request, permissions: 'cw' }, Date.now),
  };
}
