// Who may call: HTTP Basic with the access key and the secret key.

import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http-error.ts';

export interface Credentials {
  accessKey: string;
  secretKey: string;
}

const BASIC = /^Basic +([A-Za-z0-9+/=_-]+) *$/i;

/** The access key that a request claims, before anything is proven; empty if it claims none. */
export function accessKeyOf(authorization: string | undefined): string {
  return decoded(authorization)?.toString('utf8').split(':', 1)[0] ?? '';
}

export function verifyBasic(authorization: string | undefined, credentials: Credentials): void {
  const given = decoded(authorization);
  // Digests have one length, so neither the time nor an early return tells how much of a guess was right.
  const matches = timingSafeEqual(
    digest(given ?? Buffer.alloc(0)),
    digest(Buffer.from(`${credentials.accessKey}:${credentials.secretKey}`, 'utf8')),
  );
  if (given === undefined || !matches) {
    throw new HttpError('Unauthorized', 'The access key or the secret key is missing or wrong.', {
      'WWW-Authenticate': 'Basic realm="object server", charset="UTF-8"',
    });
  }
}

function decoded(authorization: string | undefined): Buffer | undefined {
  const encoded = authorization === undefined ? undefined : BASIC.exec(authorization)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

function digest(value: Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}
