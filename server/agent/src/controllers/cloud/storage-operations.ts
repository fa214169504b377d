// Owns the storage operations of the Cloud controller (cloud.md, Storage Operations), but for the transfers they start.
import { ObjectType, type Schema } from '@click-kit/contract';
import type { CloudAccounts } from '../../account/cloud-accounts.ts';
import type { Caller } from '../../account/sessions.ts';
import type { DownloadLinks } from '../../mail/download-links.ts';
import type { Handlers } from '../../http/handler.ts';
import { given } from '../../http/given.ts';
import type { ListedObject, Provider, ProviderAccount } from '../../providers/provider.ts';

export interface StorageDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly providerFor: (account: ProviderAccount) => Provider;
  readonly downloadLinks: DownloadLinks;
}

type StorageOperation =
  | 'listBuckets'
  | 'listObjects'
  | 'generateDownloadUrl'
  | 'generateUploadUrl'
  | 'sendDownloadUrl'
  | 'deleteObject'
  | 'createFolder';

export function storageOperations({ cloudAccounts, providerFor, downloadLinks }: StorageDependencies): Pick<Handlers, StorageOperation> {
  const providerOf = (caller: Caller | undefined, reference: Schema<'CloudAccountReference'> | undefined): Provider =>
    providerFor(cloudAccounts.resolve(caller, reference ?? {}).account);

  return {
    async listBuckets({ body, query, caller, signal }) {
      const buckets = await providerOf(caller, body).listBuckets({ includeRegion: query.includeRegion }, signal);
      const data = buckets.map(({ name, region, createDate }) => ({ name, region, createDate: createDate.toISOString() }));
      return { status: 200, body: { data, continuationToken: '' } };
    },

    async listObjects({ body, caller, signal }) {
      const request = given(body.request, 'request');
      const page = await providerOf(caller, body.account).listObjects(
        {
          bucket: given(request.bucketName, 'request.bucketName'),
          prefix: request.path.replace(/^\/+/, ''),
          delimiter: '/',
          continuationToken: request.continuationToken ?? '',
          count: request.count,
        },
        signal,
      );
      return { status: 200, body: { data: page.objects.map(listed), continuationToken: page.continuationToken } };
    },

    async generateDownloadUrl({ body, caller }) {
      const url = await providerOf(caller, body.cloudAccount).signDownloadUrl({
        bucket: given(body.storageName, 'storageName'),
        key: given(body.key, 'key'),
        expiresInSeconds: body.expireHours * 3600,
        forceToDownload: body.forceToDownload ?? false,
      });
      return { status: 200, body: url };
    },

    async generateUploadUrl({ body, caller }) {
      const url = await providerOf(caller, body.cloudAccount).signUploadUrl({
        bucket: given(body.storageName, 'storageName'),
        key: given(body.key, 'key'),
        expiresInSeconds: body.expireHours * 3600,
        contentType: body.contentType ?? '',
      });
      return { status: 200, body: url };
    },

    async sendDownloadUrl({ body, caller }) {
      const [bucket, key] = [given(body.storageName, 'storageName'), given(body.key, 'key')];
      const provider = providerOf(caller, { id: given(body.cloudAccountId, 'cloudAccountId') });
      const url = await provider.signDownloadUrl({ bucket, key, expiresInSeconds: body.expireHours * 3600, forceToDownload: true });
      await downloadLinks.send({ to: given(body.email, 'email'), url, key, hours: body.expireHours, note: body.note ?? '' });
      return { status: 200 };
    },

    async deleteObject({ body, caller, signal }) {
      await providerOf(caller, body.cloudAccount).remove(given(body.storageName, 'storageName'), given(body.key, 'key'), signal);
      return { status: 200 };
    },

    async createFolder({ body, caller, signal }) {
      const parent = (body.path ?? '').replace(/^\/+|\/+$/g, '');
      const folder = given(body.folderName, 'folderName').replace(/^\/+|\/+$/g, '');
      const key = `${parent === '' ? '' : `${parent}/`}${given(folder, 'folderName')}/`;
      await providerOf(caller, body.cloudAccount).createFolder(given(body.storageName, 'storageName'), key, signal);
      return { status: 200 };
    },
  };
}

function listed(object: ListedObject): Schema<'CloudStorageObject'> {
  return {
    name: object.key.replace(/\/$/, '').split('/').at(-1) ?? '',
    key: object.key,
    objectType: object.kind === 'folder' ? ObjectType.Directory : ObjectType.File,
    size: object.size,
    lastModified: object.lastModified?.toISOString() ?? null,
    eTag: object.eTag === '' ? null : object.eTag,
  };
}
