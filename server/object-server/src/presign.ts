// Presigned URLs: how one is made, and how the server checks one.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credentials } from './auth.ts';
import { HttpError } from './http-error.ts';

export interface SignedRequest {
  method: string;
  /** Percent-encoded, as it stands in the URL. */
  path: string;
  /** Unix seconds. */
  expires: number;
  disposition: string;
  contentType: string;
}

export interface Grant {
  disposition: '' | 'attachment';
  contentType: string;
}

export interface SignUrlOptions {
  /** Address of the server, for example `http://127.0.0.1:29124`. */
  url: string;
  method: 'GET' | 'PUT';
  bucket: string;
  key: string;
  /** Unix seconds. */
  expires: number;
  accessKey: string;
  secretKey: string;
  disposition?: '' | 'attachment';
  contentType?: string;
}

const SIGNABLE = new Set(['GET', 'PUT']);

export function encodeObjectPath(bucket: string, key: string): string {
  return `/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
}

export function signRequest(request: SignedRequest, secretKey: string): string {
  const { method, path, expires, disposition, contentType } = request;
  return createHmac('sha256', secretKey).update([method, path, expires, disposition, contentType].join('\n')).digest('base64url');
}

export function signUrl(options: SignUrlOptions): string {
  const { url, method, bucket, key, expires, accessKey, secretKey, disposition = '', contentType = '' } = options;
  const path = encodeObjectPath(bucket, key);
  const signature = signRequest({ method, path, expires, disposition, contentType }, secretKey);
  const query = new URLSearchParams({ expires: String(expires), accessKey });
  if (disposition !== '') query.set('disposition', disposition);
  if (contentType !== '') query.set('contentType', contentType);
  query.set('signature', signature);
  return `${new URL(url).origin}${path}?${query.toString()}`;
}

/** Throws 403 unless the query carries a valid signature for this request; a signature for GET also allows HEAD. */
export function verifyPresigned(method: string, path: string, query: URLSearchParams, credentials: Credentials, now: number): Grant {
  const signedMethod = method === 'HEAD' ? 'GET' : method;
  const disposition = query.get('disposition') ?? '';
  const contentType = query.get('contentType') ?? '';
  const expires = query.get('expires') ?? '';
  if (!SIGNABLE.has(signedMethod) || !/^\d{1,12}$/.test(expires) || (disposition !== '' && disposition !== 'attachment')) throw invalid();
  const expected = signRequest({ method: signedMethod, path, expires: Number(expires), disposition, contentType }, credentials.secretKey);
  if (query.get('accessKey') !== credentials.accessKey || !sameText(query.get('signature') ?? '', expected)) throw invalid();
  if (Number(expires) * 1000 <= now) throw new HttpError('SignatureExpired', 'The signed URL has expired.');
  return { disposition, contentType };
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function invalid(): HttpError {
  return new HttpError('SignatureInvalid', 'The signature does not fit this request.');
}
