// Owns the map from cloud type to provider: a new provider is one line here.
import { CloudType } from '@click-kit/contract';
import { azureProvider } from './azure.ts';
import { frameProvider } from './frame.ts';
import { googleProvider } from './google.ts';
import { boxProvider } from './box.ts';
import { dropboxProvider } from './dropbox.ts';
import { googleDriveProvider } from './googledrive.ts';
import { httpObjectProvider } from './http-object.ts';
import { oneDriveProvider } from './onedrive.ts';
import { ProviderError, type Provider, type ProviderAccount, type ProviderFactory } from './provider.ts';
import { s3Provider } from './s3.ts';
import { withinBuckets } from './within-buckets.ts';

type CloudTypeValue = (typeof CloudType)[keyof typeof CloudType];

// A cloud type of the contract that is missing here is a compile error.
const factories: Readonly<Record<CloudTypeValue, ProviderFactory>> = {
  [CloudType.AWS]: (account) => s3Provider(account),
  [CloudType.Wasabi]: (account) => s3Provider(account),
  [CloudType.Azure]: (account) => azureProvider(account),
  [CloudType.S3Generic]: (account) => s3Provider(account),
  [CloudType.Google]: (account) => googleProvider(account),
  [CloudType.Frame]: (account) => frameProvider(account),
  [CloudType.Cloudflare]: (account) => s3Provider(account),
  [CloudType.Dropbox]: (account) => dropboxProvider(account),
  [CloudType.Box]: (account) => boxProvider(account),
  [CloudType.OneDrive]: (account) => oneDriveProvider(account),
  [CloudType.GoogleDrive]: (account) => googleDriveProvider(account),
  [CloudType.LocalHttp]: (account) => httpObjectProvider(account),
  [CloudType.FastrServer]: (account) => httpObjectProvider(account),
  [CloudType.Atomosphere]: (account) => s3Provider(account),
};

/** The provider of an account; throws `invalid` for cloud types without one and for unusable addresses. */
export function providerFor(account: ProviderAccount): Provider {
  const factory = factories[account.cloudType as CloudTypeValue];
  if (factory === undefined) throw new ProviderError('invalid', `no provider for cloud type ${account.cloudType} yet`);
  const provider = factory(account);
  return account.buckets === undefined ? provider : withinBuckets(provider, account.buckets);
}

/** Whether uploads and downloads of this cloud type are controllable client transfers (cloud.md, Client File Transfers). */
export function trackable(cloudType: number): boolean {
  return cloudType === CloudType.LocalHttp || cloudType === CloudType.FastrServer;
}
