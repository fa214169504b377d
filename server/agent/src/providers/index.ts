// Owns the map from cloud type to provider: a new provider is one line here.
import { CloudType } from '@click-kit/contract';
import { dropboxProvider } from './dropbox.ts';
import { httpObjectProvider } from './http-object.ts';
import { oauthProvider } from './oauth-provider.ts';
import { box, googleDrive } from './oauth-vendors.ts';
import { oneDriveProvider } from './onedrive.ts';
import { ProviderError, type Provider, type ProviderAccount, type ProviderFactory } from './provider.ts';
import { s3Provider } from './s3.ts';
import { withinBuckets } from './within-buckets.ts';

type CloudTypeValue = (typeof CloudType)[keyof typeof CloudType];

// `undefined` states the gap: a cloud type of the contract that is missing here is a compile error.
const factories: Readonly<Record<CloudTypeValue, ProviderFactory | undefined>> = {
  [CloudType.AWS]: (account) => s3Provider(account),
  [CloudType.Wasabi]: (account) => s3Provider(account),
  [CloudType.Azure]: undefined,
  [CloudType.S3Generic]: (account) => s3Provider(account),
  [CloudType.Google]: undefined,
  [CloudType.Frame]: undefined,
  [CloudType.Cloudflare]: (account) => s3Provider(account),
  [CloudType.Dropbox]: (account) => dropboxProvider(account),
  [CloudType.Box]: (account) => oauthProvider(box, account),
  [CloudType.OneDrive]: (account) => oneDriveProvider(account),
  [CloudType.GoogleDrive]: (account) => oauthProvider(googleDrive, account),
  [CloudType.LocalHttp]: (account) => httpObjectProvider(account),
  [CloudType.FastrServer]: (account) => httpObjectProvider(account),
  [CloudType.Atomosphere]: (account) => s3Provider(account),
};

/** The provider of an account; throws `invalid` for cloud types without one and for unusable addresses. */
export function providerFor(account: ProviderAccount): Provider {
  const factory: ProviderFactory | undefined = factories[account.cloudType as CloudTypeValue];
  if (factory === undefined) throw new ProviderError('invalid', `no provider for cloud type ${account.cloudType} yet`);
  const provider = factory(account);
  return account.buckets === undefined ? provider : withinBuckets(provider, account.buckets);
}

/** Whether uploads and downloads of this cloud type are controllable client transfers (cloud.md, Client File Transfers). */
export function trackable(cloudType: number): boolean {
  return cloudType === CloudType.LocalHttp || cloudType === CloudType.FastrServer;
}
