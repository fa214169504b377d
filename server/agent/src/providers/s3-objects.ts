// Owns the S3 requests on one object: head, ranged read, removal, folder marker.
import { ProviderError, type Checksum, type ObjectReader, type ObjectStat, type ReadRequest } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { s3Error } from './s3-errors.ts';
import { learn, takesCrc32, type Traits } from './s3-traits.ts';
import type { Answer } from './wire/exchange.ts';
import { extentOf, rangeOf } from './wire/extent.ts';
import { emptyReader, WireReader } from './wire/reader.ts';

const DETAIL_BYTES = 64 * 1024;

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** What the store says of an object. */
export interface S3Head extends ObjectStat {
  /** Base64, of the whole object or (`-n` at its end) of the CRC32 of its n parts; where the store keeps one. */
  readonly crc32: string | undefined;
}

/** Undefined when there is no such object (or bucket: a HEAD does not tell). */
export async function headObject(s3: S3Connection, name: ObjectName, signal: AbortSignal): Promise<S3Head | undefined> {
  try {
    return await statObject(s3, name, signal);
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'missing') return undefined;
    throw error;
  }
}

export async function statObject(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<S3Head> {
  const what = `HeadObject ${bucket}/${key}`;
  const asksFor = takesCrc32(s3.traits);
  const headers = asksFor ? { 'x-amz-checksum-mode': 'ENABLED' } : {};
  const tolerated = asksFor && s3.traits.crc32 === 'unknown' ? [400, 501] : [];
  const answer = await s3.data.send({ what, method: 'HEAD', bucket, key, headers, tolerated }, signal);
  if (tolerated.includes(answer.status)) {
    answer.drop();
    const plain = await s3.data.send({ what, method: 'HEAD', bucket, key }, signal);
    learn(s3.traits, 'refused');
    return headOf(s3, plain, what);
  }
  return headOf(s3, answer, what);
}

function headOf(s3: S3Connection, answer: Answer, what: string): S3Head {
  const size = Number(answer.header('content-length') ?? 'NaN');
  if (Number.isNaN(size)) throw new ProviderError('unavailable', `${what}: the store does not tell the size`);
  const time = Date.parse(answer.header('last-modified') ?? '');
  const crc32 = answer.header('x-amz-checksum-crc32');
  return {
    size,
    eTag: answer.header('etag') ?? '',
    acceptsRanges: true,
    lastModified: Number.isNaN(time) ? undefined : new Date(time),
    checksum: checksumOf(s3.traits, answer),
    crc32,
  };
}

function checksumOf({ md5 }: Traits, answer: Answer): Checksum | undefined {
  const crc32 = answer.header('x-amz-checksum-crc32');
  const whole = answer.header('x-amz-checksum-type') !== 'COMPOSITE' && crc32 !== undefined && /^[A-Za-z0-9+/]{6}==$/.test(crc32);
  if (whole) return { algorithm: 'crc32', value: Buffer.from(crc32, 'base64').toString('hex') };
  // With a key of KMS or of the customer, and for parts, the ETag is something else.
  const plain =
    ['', 'AES256'].includes(answer.header('x-amz-server-side-encryption') ?? '') &&
    answer.header('x-amz-server-side-encryption-customer-algorithm') === undefined;
  const value = /^"([0-9a-f]{32})"$/.exec(answer.header('etag') ?? '')?.[1];
  return md5 && plain && value !== undefined ? { algorithm: 'md5', value } : undefined;
}

/** Rejects with `changed` when `eTag` is given and the store holds another version. */
export async function readObject(s3: S3Connection, wanted: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { bucket, key, eTag } = wanted;
  const what = `GetObject ${bucket}/${key}`;
  const range = rangeOf(wanted);
  const headers = { ...(range !== undefined && { range }), ...(eTag !== '' && { 'if-match': eTag }) };
  const answer = await s3.data.send({ what, method: 'GET', bucket, key, headers, tolerated: [416] }, signal);
  try {
    if (answer.status === 416) {
      await answer.text(DETAIL_BYTES, signal).catch(() => '');
      return await restAtEnd(s3, wanted, signal);
    }
    const held = answer.header('etag');
    if (eTag !== '' && held !== undefined && held !== eTag) throw changed(what);
    return new WireReader(answer, extentOf(answer, wanted, what), (error) => s3Error(what, error));
  } catch (error) {
    answer.drop();
    throw error;
  }
}

/** 416: nothing follows the offset; right when the object ends there, else it has shrunk. */
async function restAtEnd(s3: S3Connection, object: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { size, eTag } = await statObject(s3, object, signal);
  if (size !== object.offset || (object.eTag !== '' && eTag !== object.eTag)) throw changed(`GetObject ${object.bucket}/${object.key}`);
  return emptyReader();
}

function changed(what: string): ProviderError {
  return new ProviderError('changed', `${what}: the object is no longer the version that was started with`);
}

export async function removeObject(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<void> {
  await s3.call(`DeleteObject ${bucket}/${key}`, signal, (sdk, client, options) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), options),
  );
}

export async function putFolder(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<void> {
  const folder = key.endsWith('/') ? key : `${key}/`;
  await s3.call(`PutObject ${bucket}/${folder}`, signal, (sdk, client, options) =>
    client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: folder, Body: Buffer.alloc(0), ContentLength: 0 }), options),
  );
}
