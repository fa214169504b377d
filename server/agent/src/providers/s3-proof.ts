// Owns what the published object proves of an upload: its size, and the CRC32 that the store keeps of it.
import { createHash } from 'node:crypto';
import { crc32 as crc32OfBytes } from 'node:zlib';
import type { Verification } from './provider.ts';
import type { S3Head } from './s3-objects.ts';
import { combineCrc32 } from './wire/crc32-combine.ts';

interface SentPart {
  readonly eTag: string;
  readonly crc32: number;
}

interface Sent {
  readonly size: number;
  /** Of the whole object. */
  readonly crc32: () => number;
  readonly parts: readonly SentPart[];
}

export function crc32Of(parts: readonly SentPart[], size: number, partSize: number): number {
  return combineCrc32(
    parts.map(({ crc32 }) => crc32),
    partSize,
    size - partSize * (parts.length - 1),
  );
}

/** What is proven, or what is wrong. */
export function checkHead(found: S3Head, { size, crc32, parts }: Sent): Verification | `${string} of ${string}` {
  if (found.size !== size) return `${found.size} of ${size} bytes`;
  if (found.crc32 === undefined) return 'size';
  const [, value = '', count] = /^([A-Za-z0-9+/]{6}==)(-\d+)?$/.exec(found.crc32) ?? [];
  // Of parts, S3 keeps the CRC32 of their CRC32s, and their number.
  const ours = count === undefined ? crc32() : crc32OfBytes(Buffer.concat(parts.map((part) => bigEndian(part.crc32))));
  const equal =
    value !== '' && bigEndian(ours).toString('base64') === value && (count === undefined || Number(count.slice(1)) === parts.length);
  if (!equal) return `other bytes (by CRC32) of ${size}`;
  return count === undefined ? 'object' : 'chunks';
}

export const isProof = (text: string): text is Verification => text === 'size' || text === 'chunks' || text === 'object';

/** Whether the object is the one that was uploaded, by its CRC32, or by the ETag that S3 makes of the MD5s of the parts. */
export function isOurs(found: S3Head, sent: Sent): boolean {
  const proof = checkHead(found, sent);
  if (proof === 'object' || proof === 'chunks') return true;
  const sums = sent.parts.map(({ eTag }) => /^"?([0-9a-f]{32})"?$/.exec(eTag)?.[1]);
  if (proof !== 'size' || sums.includes(undefined)) return false;
  const whole = createHash('md5')
    .update(Buffer.from(sums.join(''), 'hex'))
    .digest('hex');
  return found.eTag.replaceAll('"', '') === `${whole}-${sums.length}`;
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
