// Who may call: HTTP Basic with the access key and the secret key.

import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http-error.ts';

export interface Credentials {
  accessKey: string;
  secretKey: string;
}

const BASIC = /^Basic +([A-Za-z0-9+/=_-]+) *$/i;

export function verifyBasic(authorization: string | undefined, credentials: Credentials): void {
  const encoded = authorization === undefined ? undefined : BASIC.exec(authorization)?.[1];
  const given = Buffer.from(encoded ?? '', 'base64');
  // Digests have one length, so neither the time nor an early return tells how much of a guess was right.
  const matches = timingSafeEqual(digest(given), digest(Buffer.from(`${credentials.accessKey}:${credentials.secretKey}`, 'utf8')));
  if (encoded === undefined || !matches) {
    throw new HttpError('Unauthorized', 'The access key or the secret key is missing or wrong.', {
      'WWW-Authenticate': 'Basic realm="object server", charset="UTF-8"',
    });
  }
}

function digest(value: Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}
