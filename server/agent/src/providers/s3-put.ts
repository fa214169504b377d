// Owns storing a small object by one PutObject.
import { ProviderError, type Chunk, type UploadRequest, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';

/** May be sent again after a failure: a PutObject replaces the whole object. */
export async function putWhole(s3: S3Connection, request: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
  const { bucket, key, size, contentType } = request;
  if (bytes.length !== size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${size}`);
  const type = contentType === '' ? {} : { ContentType: contentType };
  const checksum = s3.crc32 ? { ChecksumAlgorithm: 'CRC32' as const } : {};
  await s3.call(
    `PutObject ${bucket}/${key}`,
    signal,
    (sdk, client, options) =>
      client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentLength: size, ...type, ...checksum }), options),
    s3.limits.partMs,
  );
  return s3.crc32 ? 'object' : 'size';
}
