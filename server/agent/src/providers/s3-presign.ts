// Owns presigned S3 URLs.
import { attachment } from './content-disposition.ts';
import { ProviderError, type SignRequest } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { MAX_EXPIRY_SECONDS } from './s3-limits.ts';

const NO_SIGNAL = new AbortController().signal;

export async function signGet(s3: S3Connection, request: SignRequest & { forceToDownload: boolean }): Promise<string> {
  const { bucket, key, forceToDownload } = request;
  refuseDotSegments(request);
  const disposition = forceToDownload ? { ResponseContentDisposition: attachment(key) } : {};
  return s3.call(`signing GET ${bucket}/${key}`, NO_SIGNAL, async (sdk, client) => {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    return getSignedUrl(client, new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...disposition }), { expiresIn: expiryOf(request) });
  });
}

/** The client must send exactly this Content-Type with its PUT. */
export async function signPut(s3: S3Connection, request: SignRequest & { contentType: string }): Promise<string> {
  const { bucket, key, contentType } = request;
  refuseDotSegments(request);
  return s3.call(`signing PUT ${bucket}/${key}`, NO_SIGNAL, async (sdk, client) => {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    const signed = contentType === '' ? {} : { signableHeaders: new Set(['content-type', 'host']) };
    const type = contentType === '' ? {} : { ContentType: contentType };
    return getSignedUrl(client, new sdk.PutObjectCommand({ Bucket: bucket, Key: key, ...type }), {
      expiresIn: expiryOf(request),
      ...signed,
    });
  });
}

// S3 itself takes such keys, but every URL parser resolves them: the URL would name another object, and its signature fail.
function refuseDotSegments({ bucket, key }: SignRequest): void {
  if (`${bucket}/${key}`.split('/').some((segment) => segment === '.' || segment === '..'))
    throw new ProviderError('invalid', 'no URL can name a key with "." or ".." as a path segment');
}

function expiryOf({ expiresInSeconds }: SignRequest): number {
  if (expiresInSeconds > MAX_EXPIRY_SECONDS) throw new ProviderError('invalid', 'S3 signs URLs for at most seven days');
  return expiresInSeconds;
}
