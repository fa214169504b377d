// The tus checksum extension: the Upload-Checksum header and the running digest of one chunk.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { HttpError } from './http-error.ts';

export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'crc32'] as const;
type Algorithm = (typeof CHECKSUM_ALGORITHMS)[number];

const DIGEST_BYTES: Record<Algorithm, number> = { sha1: 20, sha256: 32, crc32: 4 };

export interface Checksum {
  update(chunk: Buffer): void;
  matches(): boolean;
}

/** `Upload-Checksum: <algorithm> <base64>`; a CRC-32 is four bytes, most significant first. */
export function parseChecksum(value: string): Checksum {
  const [name, encoded = '', ...rest] = value.trim().split(/ +/);
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined) {
    throw new HttpError('UnsupportedChecksum', `The checksum algorithm must be one of ${CHECKSUM_ALGORITHMS.join(', ')}.`);
  }
  const expected = Buffer.from(encoded, 'base64');
  if (rest.length > 0 || expected.length !== DIGEST_BYTES[algorithm]) {
    throw new HttpError('InvalidRequest', `A ${algorithm} checksum is ${DIGEST_BYTES[algorithm]} bytes in base64.`);
  }
  return algorithm === 'crc32' ? crcChecksum(expected) : hashChecksum(algorithm, expected);
}

function hashChecksum(algorithm: Exclude<Algorithm, 'crc32'>, expected: Buffer): Checksum {
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), matches: () => hash.digest().equals(expected) };
}

function crcChecksum(expected: Buffer): Checksum {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    matches: () => value === expected.readUInt32BE(),
  };
}
