// Owns sending bytes to an S3 store, as an object or a part: protected and, where the store does that, checked there.
import { createHash } from 'node:crypto';
import { ProviderError, type Chunk, type Provider, type UploadRequest, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { refusalCode, type S3Request, sha256 } from './s3-data.ts';
import { headObject } from './s3-objects.ts';
import { learn, takesCrc32 } from './s3-traits.ts';
import { settledPut } from './unheard-puts.ts';
import type { Answer } from './wire/exchange.ts';
import { UNSIGNED_PAYLOAD } from './wire/sigv4.ts';

/** Up to this size the MD5 that most stores give as ETag is worth its calculation. */
const MD5_BYTES = 256 * 1024;
const NO_CHECKSUM = new Set(['NotImplemented', 'InvalidRequest', 'InvalidArgument', 'InvalidDigest']);

export interface Taken {
  readonly eTag: string;
  /** The store has calculated the CRC32 of what it holds, and it is ours. */
  readonly checked: boolean;
}

/** Without `crc32` the store is given none. Where TLS does not protect the body, a checked CRC32 or its SHA-256 does. */
export async function sendBytes(
  s3: S3Connection,
  request: Omit<S3Request, 'method' | 'payload'> & { body: Buffer },
  crc32: number | undefined,
  signal: AbortSignal,
): Promise<Taken> {
  const { traits, data } = s3;
  if (crc32 === undefined || !takesCrc32(traits)) {
    const answer = await data.send({ ...request, method: 'PUT', payload: await payloadOf(s3, request.body) }, signal);
    return taken(answer, false);
  }
  const given = toBase64(crc32);
  // Hashing 8 MiB twice costs half the speed of an upload.
  const payload = traits.crc32 === 'checked' ? UNSIGNED_PAYLOAD : await payloadOf(s3, request.body);
  const headers = { ...request.headers, 'x-amz-checksum-crc32': given };
  let answer: Answer;
  try {
    answer = await data.send({ ...request, headers, method: 'PUT', payload }, signal);
  } catch (error) {
    if (traits.crc32 !== 'unknown' || !NO_CHECKSUM.has(refusalCode(error))) throw error;
    const without = await sendBytes(s3, request, undefined, signal);
    // Only a success without it shows that it was the checksum.
    learn(traits, 'refused');
    return without;
  }
  const echo = answer.header('x-amz-checksum-crc32');
  const sent = taken(answer, echo === given);
  learn(traits, echo === undefined ? 'ignored' : 'checked');
  if (echo !== undefined && !sent.checked)
    throw new ProviderError('unavailable', `${request.what}: the store holds other bytes than were sent`);
  return sent;
}

const payloadOf = async ({ data }: S3Connection, body: Buffer): Promise<string> => (data.secure ? UNSIGNED_PAYLOAD : sha256(body));

function taken(answer: Answer, checked: boolean): Taken {
  answer.drop();
  return { eTag: answer.header('etag') ?? '', checked };
}

/** May be sent again after a failure: a PutObject replaces the whole object. */
export const putWhole = (s3: S3Connection): NonNullable<Provider['putWhole']> =>
  settledPut({
    put: (request, chunk, signal) => sendWhole(s3, request, chunk, signal),
    look: (request, chunk, signal) => lookFor(s3, request, chunk, signal),
  });

async function sendWhole(s3: S3Connection, request: UploadRequest, chunk: Chunk, signal: AbortSignal): Promise<Verification> {
  if (chunk.bytes.length !== request.size)
    throw new ProviderError('invalid', `${chunk.bytes.length} bytes for an object of ${request.size}`);
  const conditional = request.ifAbsent === true && s3.traits.conditional;
  if (request.ifAbsent === true && !conditional) await refuseExisting(s3, request, signal);
  try {
    return await put(s3, request, chunk, { conditional, signal });
  } catch (error) {
    if (!conditional || signal.aborted) throw error;
    if (refusalCode(error) === 'NotImplemented') {
      s3.traits.conditional = false;
      return sendWhole(s3, request, chunk, signal);
    }
    if (refusalCode(error) === 'PreconditionFailed') throw exists(request.bucket, request.key);
    throw error;
  }
}

async function put(
  s3: S3Connection,
  { bucket, key, contentType }: UploadRequest,
  { bytes, crc32 }: Chunk,
  { conditional, signal }: { conditional: boolean; signal: AbortSignal },
): Promise<Verification> {
  const headers = {
    ...(contentType !== '' && { 'content-type': contentType }),
    ...(conditional && { 'if-none-match': '*' }),
  };
  const { eTag, checked } = await sendBytes(s3, { what: `PutObject ${bucket}/${key}`, bucket, key, headers, body: bytes }, crc32, signal);
  if (checked) return 'object';
  const same = bytes.length <= MD5_BYTES && eTag === `"${md5(bytes)}"`;
  return same ? 'object' : 'size';
}

/** For stores without conditional writes: as near as it gets. */
export async function refuseExisting(s3: S3Connection, { bucket, key }: UploadRequest, signal: AbortSignal): Promise<void> {
  if ((await headObject(s3, { bucket, key }, signal)) !== undefined) throw exists(bucket, key);
}

export const exists = (bucket: string, key: string): ProviderError =>
  new ProviderError('conflict', `there is an object ${bucket}/${key} already`);

/** By a checksum that the store keeps, or the MD5 that most give as ETag. */
export async function lookFor(
  s3: S3Connection,
  { bucket, key, size }: UploadRequest,
  { bytes, crc32 }: Chunk,
  signal: AbortSignal,
): Promise<Verification | undefined> {
  const found = await headObject(s3, { bucket, key }, signal);
  if (found?.size !== size) return undefined;
  return found.crc32 === toBase64(crc32) || found.eTag === `"${md5(bytes)}"` ? 'object' : undefined;
}

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

export function toBase64(crc32: number): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32);
  return value.toString('base64');
}
