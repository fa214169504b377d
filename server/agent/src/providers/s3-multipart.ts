// Owns the multipart requests of S3 that are not parts: creation, what the store holds, completion, removal.
import type { UploadRequest } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { refusalCode } from './s3-data.ts';
import { s3Code, s3Status } from './s3-errors.ts';
import { learn, takesCrc32 } from './s3-traits.ts';

const REFUSALS = new Set(['NotImplemented', 'InvalidRequest', 'InvalidArgument']);

/** How the store checks an upload: no CRC32 at all, one for each part, or one of the whole object as well. */
export type PartChecksum = 'none' | 'composite' | 'full';

export interface StoredPart {
  readonly n: number;
  readonly etag: string;
  /** Base64 CRC32, where the store checks each part by itself. */
  readonly crc?: string;
}

/** A part as the store lists it. */
export interface HeldPart {
  readonly etag: string;
  readonly size: number;
}

export interface Multipart {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/** True when the store has never heard of the upload: completed, aborted or expired. */
export function isGone(error: unknown): boolean {
  return s3Code(causeOf(error)) === 'NoSuchUpload';
}

/** True for stores that lack the request (ListParts, AbortMultipartUpload). */
export function isUnsupported(error: unknown): boolean {
  return ['NotImplemented', 'MethodNotAllowed'].includes(s3Code(error)) || [405, 501].includes(s3Status(error) ?? 0);
}

export interface Created {
  readonly uploadId: string;
  readonly checksum: PartChecksum;
}

export async function createMultipart(s3: S3Connection, request: UploadRequest, signal: AbortSignal): Promise<Created> {
  const { traits } = s3;
  if (!takesCrc32(traits)) return createPlain(s3, request, signal);
  try {
    return await create(s3, request, true, signal);
  } catch (error) {
    if (traits.certain || !REFUSALS.has(refusalCode(error))) throw error;
    const created = await createPlain(s3, request, signal);
    learn(traits, 'refused');
    return created;
  }
}

/** Without checksums: the bytes come from within the store. */
export function createPlain(s3: S3Connection, request: UploadRequest, signal: AbortSignal): Promise<Created> {
  return create(s3, request, false, signal);
}

function create(s3: S3Connection, { bucket, key, contentType }: UploadRequest, crc32: boolean, signal: AbortSignal): Promise<Created> {
  return s3.call(`CreateMultipartUpload ${bucket}/${key}`, signal, async (sdk, client, options) => {
    const command = new sdk.CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ...(contentType !== '' && { ContentType: contentType }),
      ...(crc32 && { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    });
    const { UploadId, ChecksumAlgorithm, ChecksumType } = await client.send(command, options);
    if (UploadId === undefined) throw new Error('the store gave no upload id');
    // A store that passes over what it does not know does not repeat it either.
    const checks = crc32 && (s3.traits.certain || ChecksumAlgorithm === 'CRC32');
    return { uploadId: UploadId, checksum: checks ? (ChecksumType === 'FULL_OBJECT' ? 'full' : 'composite') : 'none' };
  });
}

/** The parts by number; 'unknown' without ListParts, 'gone' without the upload. */
export async function listParts(
  s3: S3Connection,
  target: Multipart,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, HeldPart> | 'unknown' | 'gone'> {
  return s3.call(`ListParts ${target.bucket}/${target.key}`, signal, async (sdk, client, options) => {
    const parts = new Map<number, HeldPart>();
    let marker: string | undefined;
    try {
      do {
        const command = new sdk.ListPartsCommand({ ...names(target), ...(marker === undefined ? {} : { PartNumberMarker: marker }) });
        const page = await client.send(command, options);
        for (const { PartNumber, ETag, Size } of page.Parts ?? []) {
          if (PartNumber !== undefined && ETag !== undefined && Size !== undefined) parts.set(PartNumber, { etag: ETag, size: Size });
        }
        marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
      } while (marker !== undefined);
      return parts;
    } catch (error) {
      if (isGone(error)) return 'gone';
      if (isUnsupported(error)) return 'unknown';
      throw error;
    }
  });
}

export interface Completion {
  readonly parts: readonly StoredPart[];
  /** Base64 CRC32 of the whole object, where the store keeps that. */
  readonly crc32: string | undefined;
  /** Refuse when there is an object already. */
  readonly ifAbsent: boolean;
}

export async function completeMultipart(
  s3: S3Connection,
  target: Multipart,
  { parts, crc32, ifAbsent }: Completion,
  signal: AbortSignal,
): Promise<void> {
  const Parts = parts.map(({ n, etag, crc }) => ({ PartNumber: n, ETag: etag, ...(crc !== undefined && { ChecksumCRC32: crc }) }));
  await s3.call(
    `CompleteMultipartUpload ${target.bucket}/${target.key}`,
    signal,
    (sdk, client, options) =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...names(target),
          MultipartUpload: { Parts },
          ...(crc32 !== undefined && { ChecksumCRC32: crc32, ChecksumType: 'FULL_OBJECT' }),
          ...(ifAbsent && { IfNoneMatch: '*' }),
        }),
        options,
      ),
    s3.limits.partMs,
  );
}

export async function abortMultipart(s3: S3Connection, target: Multipart, signal: AbortSignal): Promise<void> {
  await s3.call(`AbortMultipartUpload ${target.bucket}/${target.key}`, signal, async (sdk, client, options) => {
    try {
      await client.send(new sdk.AbortMultipartUploadCommand(names(target)), options);
    } catch (error) {
      if (!isGone(error) && !isUnsupported(error)) throw error;
    }
  });
}

export function names({ bucket, key, uploadId }: Multipart): { Bucket: string; Key: string; UploadId: string } {
  return { Bucket: bucket, Key: key, UploadId: uploadId };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'ProviderError' ? error.cause : error;
}
