// Owns where an account's S3 endpoint is, and the address of a bucket and key there.
import { CloudType } from '@click-kit/contract';
import { ProviderError, type ProviderAccount } from './provider.ts';
import { encodeRfc3986 } from './wire/sigv4.ts';

export interface Place {
  /** Left out for AWS, which has one for each region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly forcePathStyle?: boolean;
  readonly followRegionRedirects?: boolean;
}

export function placeOf(account: ProviderAccount): Place {
  // The XML API knows no regions in signatures (cloud.google.com/storage/docs/aws-simple-migration).
  if (account.cloudType === CloudType.Google)
    return { endpoint: endpointUrl(account.endpoint || 'storage.googleapis.com'), region: 'auto', forcePathStyle: true };
  const region = account.region === '' ? 'us-east-1' : account.region;
  if (account.endpoint !== '') {
    return {
      endpoint: endpointUrl(account.endpoint),
      region: account.region === '' && account.cloudType === CloudType.Cloudflare ? 'auto' : region,
      forcePathStyle: true,
    };
  }
  if (account.cloudType === CloudType.AWS) return { region, followRegionRedirects: true };
  if (account.cloudType === CloudType.Wasabi) return { endpoint: `https://s3.${region}.wasabisys.com`, region };
  throw new ProviderError('invalid', `cloud type ${account.cloudType} needs an endpoint`);
}

function endpointUrl(endpoint: string): string {
  const url = /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(url)) throw new ProviderError('invalid', 'endpoint must be a host name or an http or https URL');
  return new URL(url).href;
}

/** Where the objects of a bucket are. */
export interface BucketPlace {
  readonly origin: URL;
  /** As the signature and the request name it. */
  readonly host: string;
  /** Path before the key, encoded as it goes over the wire. */
  readonly prefix: string;
}

export function bucketPlace(place: Place, region: string, bucket: string): BucketPlace {
  const base = new URL(place.endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  const prefix = base.pathname.replace(/\/+$/, '');
  // A certificate for *.s3.region covers one label only; and what is no host name goes into the path.
  const hosted = place.forcePathStyle !== true && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  if (hosted) base.hostname = `${bucket}.${base.hostname}`;
  return { origin: base, host: base.host, prefix: hosted ? `${prefix}/` : `${prefix}/${encodePath(bucket)}/` };
}

/** Keys go over the wire as they are: no URL parser resolves their dots. */
export function encodePath(text: string): string {
  try {
    return encodeRfc3986(text).replaceAll('%2F', '/');
  } catch (error) {
    throw new ProviderError('invalid', 'bucket and key must be well-formed Unicode', { cause: error });
  }
}
