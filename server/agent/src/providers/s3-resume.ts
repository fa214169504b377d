// Owns opening a multipart upload, and going on with one: what the store lists of it counts, the acks only name what is ours.
import type { ChunkAck, UploadRequest } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { checkPlan } from './s3-limits.ts';
import { createMultipart, listParts, type PartChecksum } from './s3-multipart.ts';
import { type HeldChunk, type S3Plan, S3Upload } from './s3-upload.ts';

export async function openUpload(s3: S3Connection, request: UploadRequest, signal: AbortSignal): Promise<S3Upload> {
  checkPlan(request.size, request.chunkSize);
  return new S3Upload(s3, request, { ...(await createMultipart(s3, request, signal)), partSize: request.chunkSize });
}

export async function resumeUpload(
  s3: S3Connection,
  request: UploadRequest,
  state: string,
  acks: readonly ChunkAck[],
  signal: AbortSignal,
): Promise<S3Upload> {
  const plan = parseState(state);
  // The plan is frozen when the session is made: another chunk size means another session.
  if (plan === undefined || plan.partSize !== request.chunkSize) return openUpload(s3, request, signal);
  const { bucket, key } = request;
  const listed = await listParts(s3, { bucket, key, uploadId: plan.uploadId }, signal);
  const session = new S3Upload(s3, request, plan, heldOf(request, acks, listed));
  // Gone, but the object has appeared: the answer to the commit was lost.
  return listed === 'gone' && !(await session.published(signal)) ? openUpload(s3, request, signal) : session;
}

/** The acks that the store confirms, by part number less one; all of them where it lists nothing. */
function heldOf({ size, chunkSize }: UploadRequest, acks: readonly ChunkAck[], listed: Awaited<ReturnType<typeof listParts>>): HeldChunk[] {
  const held: HeldChunk[] = [];
  for (const { offset, length, crc32, proof } of acks) {
    const n = offset / chunkSize + 1;
    const fits = Number.isInteger(n) && offset < size && length === Math.min(chunkSize, size - offset) && proof !== '';
    // A part that only the store has may be of other bytes: nobody has its CRC32, so it is sent again.
    const there = typeof listed === 'string' || (listed.get(n)?.etag === proof && listed.get(n)?.size === length);
    if (fits && there) held[n - 1] = { eTag: proof, crc32 };
  }
  return held;
}

const CHECKSUMS: readonly PartChecksum[] = ['none', 'composite', 'full'];

function parseState(state: string): S3Plan | undefined {
  try {
    const value = JSON.parse(state) as Partial<S3Plan & { kind: string }> | null;
    const { kind, uploadId, partSize, checksum } = value ?? {};
    if (kind !== 's3-multipart' || typeof uploadId !== 'string' || typeof partSize !== 'number') return undefined;
    return checksum !== undefined && CHECKSUMS.includes(checksum) ? { uploadId, partSize, checksum } : undefined;
  } catch {
    return undefined;
  }
}
