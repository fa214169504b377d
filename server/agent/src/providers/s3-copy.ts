// Owns copies within an S3 store: one request up to 5 GiB, parts of the source above.
import { ProviderError, type CopyCourse, type CopySource, type UploadRequest, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { MAX_SINGLE_PUT_BYTES } from './s3-limits.ts';
import { beginCopy, type CopyInParts, savedCopy } from './s3-copy-state.ts';
import { abortMultipart, completeMultipart, isUnsupported, names, type Multipart, type StoredPart } from './s3-multipart.ts';
import { headObject, removeObject } from './s3-objects.ts';
import { encodePath } from './s3-place.ts';
import { refuseExisting } from './s3-put.ts';

const LANES = 4;
const PLAIN_MD5 = /^"[0-9a-f]{32}"$/;

interface CopyLaw {
  /** Bytes of the largest object that is copied in one request. */
  readonly singleBytes: number;
  /** Bytes of every part but the last; they move within the store, so fewer and larger requests are better. */
  readonly partBytes: number;
}

interface CopyOptions {
  readonly course?: CopyCourse | undefined;
  readonly law?: CopyLaw;
}

const defaultLaw: CopyLaw = { singleBytes: MAX_SINGLE_PUT_BYTES, partBytes: 1024 ** 3 };

export async function copyObject(
  s3: S3Connection,
  from: CopySource,
  to: UploadRequest,
  signal: AbortSignal,
  { course, law = defaultLaw }: CopyOptions = {},
): Promise<Verification> {
  const inParts = from.size > law.singleBytes;
  const saved = inParts ? await savedCopy(s3, from, to, { state: course?.saved ?? '', law }, signal) : undefined;
  if (saved === 'published') return 'size';
  if (to.ifAbsent === true) await refuseExisting(s3, to, signal);
  const eTag = inParts ? await copyParts(s3, from, to, { saved, course, law }, signal) : await copyWhole(s3, from, to, signal);
  // The store's own checksum of both: no further question is needed.
  if (eTag !== '' && eTag === from.eTag && PLAIN_MD5.test(eTag)) return 'object';
  return await confirmSize(s3, from, to, signal);
}

/** A copy of another size is removed. */
async function confirmSize(s3: S3Connection, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
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

interface PartsJob {
  readonly saved: CopyInParts | undefined;
  readonly course: CopyCourse | undefined;
  readonly law: CopyLaw;
}

async function copyParts(
  s3: S3Connection,
  from: CopySource,
  to: UploadRequest,
  { saved, course, law }: PartsJob,
  signal: AbortSignal,
): Promise<string> {
  const { target, held } = saved ?? (await beginCopy(s3, from, to, course, signal));
  try {
    const parts = await copyMissing(s3, from, { target, held, course, law }, signal);
    await completeMultipart(s3, target, { parts, crc32: undefined, ifAbsent: to.ifAbsent === true && s3.traits.conditional }, signal);
    return '';
  } catch (error) {
    // Parts that nobody completes are kept, and paid for, until the upload is aborted; whoever has its state does that, or goes on.
    if (course === undefined) await abortMultipart(s3, target, AbortSignal.timeout(s3.limits.answerMs)).catch(() => undefined);
    throw error;
  }
}

/** Several at a time, from the first on; the ones that the store holds already are not copied again. */
async function copyMissing(
  s3: S3Connection,
  from: CopySource,
  { target, held, course, law }: CopyInParts & Pick<PartsJob, 'course' | 'law'>,
  signal: AbortSignal,
): Promise<readonly StoredPart[]> {
  const count = Math.ceil(from.size / law.partBytes);
  const parts: (StoredPart | undefined)[] = Array.from({ length: count }, (_, at) => held.get(at + 1));
  const stored = (): readonly StoredPart[] => parts.filter((part) => part !== undefined);
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= count) {
      const n = next++;
      if (parts[n - 1] !== undefined) continue;
      const first = (n - 1) * law.partBytes;
      const range = { n, first, last: Math.min(from.size, first + law.partBytes) - 1 };
      parts[n - 1] = { n, etag: await copyPart(s3, from, target, range, signal) };
      course?.alive(Math.min(from.size, stored().length * law.partBytes));
    }
  };
  const failed = (error: unknown): never => {
    next = Infinity;
    throw error;
  };
  // All have let go before anybody goes on with the same upload, or removes it.
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, count) }, () => lane().catch(failed)));
  const broken = lanes.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return stored();
}

interface PartRange {
  readonly n: number;
  /** Bytes of the source, both included. */
  readonly first: number;
  readonly last: number;
}

function copyPart(
  s3: S3Connection,
  from: CopySource,
  target: Multipart,
  { n, first, last }: PartRange,
  signal: AbortSignal,
): Promise<string> {
  return s3.call(
    `UploadPartCopy ${n} of ${target.bucket}/${target.key}`,
    signal,
    async (sdk, client, options) => {
      const command = new sdk.UploadPartCopyCommand({
        ...names(target),
        ...sourceOf(from),
        PartNumber: n,
        CopySourceRange: `bytes=${first}-${last}`,
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
