// Owns presigned URLs of the object server protocol: who may do what with one object until when.
import { createHmac } from 'node:crypto';
import { ProviderError } from './provider.ts';

export interface Grant {
  readonly method: 'GET' | 'PUT';
  readonly url: URL;
  /** Unix seconds. */
  readonly expires: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly disposition: '' | 'attachment';
  readonly contentType: string;
}

/** A URL that a plain HTTP client can use; `invalid` for anonymous accounts, which have nothing to sign with. */
export function presign(grant: Grant): string {
  const { method, expires, accessKey, secretKey, disposition, contentType } = grant;
  if (accessKey === '' || secretKey === '') throw new ProviderError('invalid', 'signing a URL needs an access key and a secret key');
  const url = new URL(grant.url);
  const signed = [method, url.pathname, String(expires), disposition, contentType].join('\n');
  url.searchParams.set('expires', String(expires));
  url.searchParams.set('accessKey', accessKey);
  if (disposition !== '') url.searchParams.set('disposition', disposition);
  if (contentType !== '') url.searchParams.set('contentType', contentType);
  url.searchParams.set('signature', createHmac('sha256', secretKey).update(signed).digest('base64url'));
  return url.href;
}
