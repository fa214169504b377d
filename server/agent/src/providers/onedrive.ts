// Owns the OneDrive provider: accounts linked by OAuth, one bucket that is the drive of the user.
import type { HttpLimits } from './http-limits.ts';
import { listByFolders } from './folder-listing.ts';
import { identify, withTokens } from './oauth-provider.ts';
import { oneDrive } from './oauth-vendors.ts';
import { checkBucket, DRIVE, ONEDRIVE_BUCKET, ONEDRIVE_CHUNKS, OneDriveClient, type OneDriveTimes } from './onedrive-client.ts';
import { copyFile } from './onedrive-copy.ts';
import { createFolder, linkTo, readFile, removeFile, statFile } from './onedrive-files.ts';
import { folderPages } from './onedrive-listing.ts';
import { putWhole } from './onedrive-put.ts';
import { openUpload, resumeUpload } from './onedrive-upload.ts';
import { type Bucket, type Provider, type ProviderAccount, ProviderError } from './provider.ts';
import { quickXorOf } from './quick-xor.ts';
import { lookBy, settledPut } from './unheard-puts.ts';

export function oneDriveProvider(account: ProviderAccount, limits?: HttpLimits, times?: OneDriveTimes): Provider {
  const tokens = withTokens(oneDrive, account);
  const client = new OneDriveClient(tokens, limits, times);
  const stat: Provider['stat'] = async (bucket, key, signal) => await statFile(client, bucket, key, signal);
  return {
    chunks: ONEDRIVE_CHUNKS,
    foldsCase: true,
    verify: async (signal) => void (await identify(oneDrive, tokens, signal)),
    listBuckets: async (_options, signal) => [await theDrive(client, signal)],
    listObjects: async (query, signal) => {
      checkBucket(query.bucket);
      return await listByFolders(folderPages(client, query.bucket, signal), query);
    },
    stat,
    read: async (request, signal) => await readFile(client, request, signal),
    putWhole: settledPut({
      put: async (request, chunk, signal) => await putWhole(client, request, chunk, signal),
      // Not every kind of account tells hashes.
      look: lookBy(stat, quickXorOf, { sizeProves: true }),
      replacing: true,
    }),
    copy: async (from, to, signal, course) => await copyFile(client, from, to, signal, course),
    openUpload: async (request, signal) => await openUpload(client, request, signal),
    resumeUpload: async (request, state, signal) => await resumeUpload(client, request, state, signal),
    remove: async (bucket, key, signal) => await removeFile(client, bucket, key, signal),
    createFolder: async (bucket, key, signal) => await createFolder(client, bucket, key, signal),
    signDownloadUrl: async (request) => await linkTo(client, request),
    signUploadUrl: () =>
      Promise.reject(
        new ProviderError(
          'invalid',
          'upload addresses of OneDrive want a Content-Range, not the bare PUT that is promised here: upload by the agent',
        ),
      ),
  };
}

async function theDrive(client: OneDriveClient, signal: AbortSignal): Promise<Bucket> {
  const { json } = await client.call({ what: 'OneDrive drive', method: 'GET', url: DRIVE }, signal);
  const time = Date.parse(String(json.createdDateTime));
  return { name: ONEDRIVE_BUCKET, region: '', createDate: new Date(Number.isNaN(time) ? 0 : time) };
}
