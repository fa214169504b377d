// Owns finding the multipart uploads whose creation was never heard of, and removing them.
import { clockSkewMs } from './clock-skew.ts';
import type { MultipartUpload } from '@aws-sdk/client-s3';
import type { S3Connection } from './s3-client.ts';
import { abortMultipart, isUnsupported, listParts } from './s3-multipart.ts';
import { refusalCode } from './s3-data.ts';
import type { ObjectName } from './s3-objects.ts';

/** An upload that others have begun for the same key at the same time and that is empty still goes too: it is told by `NoSuchUpload`. */
export async function sweepUploads(s3: S3Connection, at: ObjectName, since: Date, signal: AbortSignal): Promise<void> {
  try {
    for (const uploadId of await uploadsSince(s3, at, since.getTime() - clockSkewMs, signal)) {
      const parts = await listParts(s3, { ...at, uploadId }, signal);
      if (parts instanceof Map && parts.size === 0) await abortMultipart(s3, { ...at, uploadId }, signal);
    }
  } catch (error) {
    // Who may not look can do nothing about it, now or later.
    if (refusalCode(error) !== 'AccessDenied') throw error;
  }
}

async function uploadsSince(s3: S3Connection, at: ObjectName, since: number, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for (let next: Markers | undefined = {}; next !== undefined;) {
    const page: UploadPage = await pageOf(s3, at, next, signal);
    for (const { Key, UploadId, Initiated } of page.uploads)
      if (Key === at.key && UploadId !== undefined && (Initiated?.getTime() ?? 0) >= since) found.push(UploadId);
    // In the order of keys: those that only begin with this one come after it.
    next = page.uploads.at(-1)?.Key === at.key ? page.next : undefined;
  }
  return found;
}

interface Markers {
  readonly KeyMarker?: string | undefined;
  readonly UploadIdMarker?: string | undefined;
}

interface UploadPage {
  readonly uploads: readonly MultipartUpload[];
  readonly next: Markers | undefined;
}

function pageOf(s3: S3Connection, { bucket, key }: ObjectName, markers: Markers, signal: AbortSignal): Promise<UploadPage> {
  return s3.call(`ListMultipartUploads ${bucket}/${key}`, signal, async (sdk, client, options) => {
    try {
      const page = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key, ...markers }), options);
      const next = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
      return { uploads: page.Uploads ?? [], next };
    } catch (error) {
      if (isUnsupported(error)) return { uploads: [], next: undefined };
      throw error;
    }
  });
}
