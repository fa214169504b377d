// Owns copies within an S3 store: one request up to 5 GiB, parts of the source above.
import { ProviderError, type CopySource, type UploadRequest, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { MAX_SINGLE_PUT_BYTES } from './s3-limits.ts';
import { abortMultipart, completeMultipart, createPlain, isUnsupported, names, type Multipart, type StoredPart } from './s3-multipart.ts';
import { headObject, removeObject } from './s3-objects.ts';
import { encodePath } from './s3-place.ts';
import { refuseExisting } from './s3-put.ts';

/** Of a copy in parts; the bytes move within the store, so fewer and larger requests are better. */
const PART_BYTES = 1024 ** 3;
const LANES = 4;
const PLAIN_MD5 = /^"[0-9a-f]{32}"$/;

export async function copyObject(
  s3: S3Connection,
  from: CopySource,
  to: UploadRequest,
  signal: AbortSignal,
  singleBytes: number = MAX_SINGLE_PUT_BYTES,
): Promise<Verification> {
  if (to.ifAbsent === true) await refuseExisting(s3, to, signal);
  const eTag = from.size <= singleBytes ? await copyWhole(s3, from, to, signal) : await copyParts(s3, from, to, signal);
  // The store's own checksum of both: no further question is needed.
  if (eTag !== '' && eTag === from.eTag && PLAIN_MD5.test(eTag)) return 'object';
  const found = await headObject(s3, to, signal);
  if (found?.size === from.size) return 'size';
  if (found !== undefined) await removeObject(s3, to, signal);
  throw new ProviderError('unavailable', `the store copied ${found?.size ?? 'none'} of ${from.size} bytes`);
}

const sourceOf = ({ bucket, key, eTag }: CopySource) => ({
  CopySource: encodePath(`${bucket}/${key}`),
  ...(eTag !== '' && { CopySourceIfMatch: eTag }),
});

/** The ETag of the copy. */
function copyWhole(s3: S3Connection, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<string> {
  return s3.call(
    `CopyObject ${to.bucket}/${to.key}`,
    signal,
    async (sdk, client, options) => {
      const command = new sdk.CopyObjectCommand({ Bucket: to.bucket, Key: to.key, ...sourceOf(from) });
      const { CopyObjectResult } = await client.send(command, options).catch(refuseUnsupported);
      return CopyObjectResult?.ETag ?? '';
    },
    s3.limits.partMs,
  );
}

async function copyParts(s3: S3Connection, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<string> {
  const { uploadId } = await createPlain(s3, to, signal);
  const target: Multipart = { bucket: to.bucket, key: to.key, uploadId };
  try {
    const parts: StoredPart[] = [];
    const count = Math.ceil(from.size / PART_BYTES);
    let next = 1;
    const lane = async (): Promise<void> => {
      while (next <= count) {
        const n = next++;
        parts[n - 1] = { n, etag: await copyPart(s3, from, target, n, signal) };
      }
    };
    const failed = (error: unknown): never => {
      next = Infinity;
      throw error;
    };
    await Promise.all(Array.from({ length: Math.min(LANES, count) }, () => lane().catch(failed)));
    await completeMultipart(s3, target, { parts, crc32: undefined, ifAbsent: to.ifAbsent === true && s3.traits.conditional }, signal);
    return '';
  } catch (error) {
    // Parts that nobody completes are kept, and paid for, until the upload is aborted.
    await abortMultipart(s3, target, AbortSignal.timeout(s3.limits.answerMs)).catch(() => undefined);
    throw error;
  }
}

function copyPart(s3: S3Connection, from: CopySource, target: Multipart, n: number, signal: AbortSignal): Promise<string> {
  const first = (n - 1) * PART_BYTES;
  return s3.call(
    `UploadPartCopy ${n} of ${target.bucket}/${target.key}`,
    signal,
    async (sdk, client, options) => {
      const command = new sdk.UploadPartCopyCommand({
        ...names(target),
        ...sourceOf(from),
        PartNumber: n,
        CopySourceRange: `bytes=${first}-${Math.min(from.size, first + PART_BYTES) - 1}`,
      });
      const { CopyPartResult } = await client.send(command, options).catch(refuseUnsupported);
      if (CopyPartResult?.ETag === undefined) throw new Error('the store gave no ETag');
      return CopyPartResult.ETag;
    },
    s3.limits.partMs,
  );
}

function refuseUnsupported(error: unknown): never {
  if (isUnsupported(error)) throw new ProviderError('invalid', 'the store cannot copy by itself', { cause: error });
  throw error;
}
