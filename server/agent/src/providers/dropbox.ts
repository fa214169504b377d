// Owns the Dropbox provider: accounts linked by OAuth, one bucket that is the whole of it.
import { DROPBOX_BUCKET, DROPBOX_CHUNKS, DropboxClient } from './dropbox-client.ts';
import { copyFile, createFolder, linkTo, readFile, removeFile, statFile } from './dropbox-files.ts';
import { blockHashes, contentHash } from './dropbox-hash.ts';
import { folderPages } from './dropbox-listing.ts';
import { putWhole } from './dropbox-put.ts';
import { openUpload, resumeUpload } from './dropbox-session.ts';
import { listByFolders } from './folder-listing.ts';
import type { HttpLimits } from './http-limits.ts';
import { identify, withTokens } from './oauth-provider.ts';
import { dropbox } from './oauth-vendors.ts';
import { type Provider, type ProviderAccount, ProviderError } from './provider.ts';
import { lookBy, settledPut } from './unheard-puts.ts';

/** Dropbox tells no date of an account or a folder. */
const UNKNOWN_DATE = new Date(0);

export function dropboxProvider(account: ProviderAccount, limits?: HttpLimits): Provider {
  const tokens = withTokens(dropbox, account);
  const client = new DropboxClient(tokens, limits);
  const verify = async (signal: AbortSignal): Promise<void> => void (await identify(dropbox, tokens, signal));
  const stat: Provider['stat'] = async (bucket, key, signal) => await statFile(client, bucket, key, signal);
  return {
    chunks: DROPBOX_CHUNKS,
    foldsCase: true,
    verify,
    async listBuckets(_options, signal) {
      await verify(signal);
      return [{ name: DROPBOX_BUCKET, region: '', createDate: UNKNOWN_DATE }];
    },
    listObjects: async (query, signal) => {
      client.path(query.bucket, '');
      return await listByFolders(folderPages(client, query.bucket, signal), query);
    },
    stat,
    read: async (request, signal) => await readFile(client, request, signal),
    putWhole: settledPut({
      put: async (request, chunk, signal) => await putWhole(client, request, chunk, signal),
      look: lookBy(stat, (bytes) => contentHash(blockHashes(bytes))),
      replacing: true,
    }),
    copy: async (from, to, signal) => await copyFile(client, from, to, signal),
    openUpload: async (request, signal) => await openUpload(client, request, signal),
    resumeUpload: async (request, state, signal, acks) => await resumeUpload(client, request, state, signal, acks),
    remove: async (bucket, key, signal) => await removeFile(client, bucket, key, signal),
    createFolder: async (bucket, key, signal) => await createFolder(client, bucket, key, signal),
    signDownloadUrl: async (request) => await linkTo(client, request),
    signUploadUrl: () =>
      Promise.reject(
        new ProviderError(
          'invalid',
          'upload links of Dropbox take a POST and no content type, not the PUT that is promised here: upload by the agent',
        ),
      ),
  };
}
