// Owns what is known of a copy in parts that was interrupted: how it is named, what the store holds of it, and how it is removed.
import { clockSkewMs } from './clock-skew.ts';
import type { CopyCourse, CopySource, UploadRequest } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { abortMultipart, createPlain, listParts, type HeldPart, type Multipart, type StoredPart } from './s3-multipart.ts';
import { headObject, type ObjectName } from './s3-objects.ts';

export interface CopyInParts {
  readonly target: Multipart;
  /** By number. */
  readonly held: ReadonlyMap<number, StoredPart>;
}

interface CopyState {
  readonly kind: 's3-copy';
  readonly uploadId: string;
  /** Of the source, as it was when the copy began. */
  readonly eTag: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
}

/** An upload that is known to whoever asked for the copy before its first part; one that nobody wants to know of is removed. */
export async function beginCopy(
  s3: S3Connection,
  from: CopySource,
  to: UploadRequest,
  course: CopyCourse | undefined,
  signal: AbortSignal,
): Promise<CopyInParts> {
  course?.begin();
  const { uploadId } = await createPlain(s3, to, signal);
  const target: Multipart = { bucket: to.bucket, key: to.key, uploadId };
  const state: CopyState = { kind: 's3-copy', uploadId, eTag: from.eTag, size: from.size, begunAt: Date.now() };
  try {
    course?.keep(JSON.stringify(state));
  } catch (error) {
    await abortMultipart(s3, target, AbortSignal.timeout(s3.limits.answerMs)).catch(() => undefined);
    throw error;
  }
  return { target, held: new Map() };
}

/** Undefined when the copy has to begin anew; `published` when it was completed and nobody heard of it. */
export async function savedCopy(
  s3: S3Connection,
  from: CopySource,
  to: UploadRequest,
  saved: { readonly state: string; readonly law: { readonly partBytes: number } },
  signal: AbortSignal,
): Promise<CopyInParts | 'published' | undefined> {
  const state = parseState(saved.state);
  if (state === undefined) return undefined;
  const target: Multipart = { bucket: to.bucket, key: to.key, uploadId: state.uploadId };
  const listed = await listParts(s3, target, signal);
  const count = Math.ceil(from.size / saved.law.partBytes);
  if (listed === 'gone') return (await isPublished(s3, to, { ...state, count }, signal)) ? 'published' : undefined;
  if (listed !== 'unknown' && state.eTag === from.eTag && state.size === from.size)
    return { target, held: heldOf(from, listed, saved.law.partBytes) };
  await abortMultipart(s3, target, signal);
  return undefined;
}

/** The parts that have the bytes they should have. */
function heldOf({ size }: CopySource, listed: ReadonlyMap<number, HeldPart>, partBytes: number): ReadonlyMap<number, StoredPart> {
  const held = new Map<number, StoredPart>();
  for (const [n, part] of listed) if (part.size === Math.min(partBytes, size - (n - 1) * partBytes)) held.set(n, { n, etag: part.etag });
  return held;
}

/** Of its size, in as many parts, and no older than the copy: an object that was there before is not taken for it. */
async function isPublished(
  s3: S3Connection,
  to: ObjectName,
  { size, count, begunAt }: CopyState & { readonly count: number },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await headObject(s3, to, signal);
  if (found?.size !== size || !new RegExp(`-${count}"?$`).test(found.eTag)) return false;
  return found.lastModified !== undefined && found.lastModified.getTime() >= begunAt - clockSkewMs;
}

export async function dropCopy(s3: S3Connection, at: ObjectName, state: string, signal: AbortSignal): Promise<void> {
  const uploadId = parseState(state)?.uploadId;
  if (uploadId !== undefined) await abortMultipart(s3, { bucket: at.bucket, key: at.key, uploadId }, signal);
}

function parseState(text: string): CopyState | undefined {
  try {
    const state = JSON.parse(text) as Partial<CopyState>;
    const whole = state.kind === 's3-copy' && typeof state.uploadId === 'string' && typeof state.begunAt === 'number';
    return whole ? (state as CopyState) : undefined;
  } catch {
    return undefined;
  }
}
