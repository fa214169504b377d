// Owns the provider of LocalHttp and FastrServer accounts, and of any HTTP server that reads ranges and takes PUT or tus.
import { discard, HttpClient, type ServerAddress } from './http-client.ts';
import { bucketAdministration, keyAdministration } from './http-administration.ts';
import { makeFolder } from './http-folders.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { listBuckets, listPage } from './http-listing.ts';
import { putWhole } from './http-put.ts';
import { openUpload, resumeUpload } from './http-sessions.ts';
import { inspect, readFrom } from './http-source.ts';
import { presign, type Grant } from './presign.ts';
import type { Provider, SignRequest } from './provider.ts';
import { sweepUploads } from './tus-sweep.ts';
import { verifyWith } from './verify-bucket.ts';

export interface HttpObjectOptions {
  readonly limits?: Partial<HttpLimits>;
  /** Milliseconds since the epoch, for the expiry of signed URLs. */
  readonly now?: () => number;
}

/** A provider for the server at `serviceUrl`; anonymous when both keys are empty. Throws `invalid` for a bad URL. */
export function httpObjectProvider(address: ServerAddress, options: HttpObjectOptions = {}): Provider {
  const limits = options.limits === undefined ? defaultHttpLimits : { ...defaultHttpLimits, ...options.limits };
  const client = new HttpClient(address, limits);
  const now = options.now ?? Date.now;
  const sign = (request: SignRequest, grant: Pick<Grant, 'method' | 'disposition' | 'contentType'>): string => {
    const expires = Math.floor(now() / 1000) + request.expiresInSeconds;
    return presign({
      ...grant,
      url: client.url(request.bucket, request.key),
      expires,
      accessKey: address.accessKey,
      secretKey: address.secretKey,
    });
  };
  return {
    administration: bucketAdministration(client),
    keys: keyAdministration(client),
    verify: (signal, bucket) =>
      verifyWith(bucket, {
        bucket: (name) => probe(client, 'HEAD', client.url(name), signal),
        account: () => probe(client, 'GET', client.url(''), signal),
      }),
    listBuckets: (_options, signal) => listBuckets(client, signal),
    listObjects: (query, signal) => listPage(client, query, signal),
    async stat(bucket, key, signal) {
      const { size, eTag, acceptsRanges, lastModified } = await inspect(client, client.url(bucket, key), signal);
      return { size, eTag, acceptsRanges, lastModified };
    },
    read: async (request, signal) => readFrom(client, client.url(request.bucket, request.key), request, signal),
    putWhole: putWhole(client),
    openUpload: (request, signal) => openUpload(client, request, signal),
    resumeUpload: (request, state, signal) => resumeUpload(client, request, state, signal),
    sweepUploads: (at, since, signal) => sweepUploads(client, at, since, signal),
    remove: async (bucket, key, signal) => discard(await client.send({ method: 'DELETE', url: client.url(bucket, key) }, signal)),
    createFolder: (bucket, key, signal) => makeFolder(client, bucket, key, signal),
    signDownloadUrl: async (request) =>
      sign(request, { method: 'GET', disposition: request.forceToDownload ? 'attachment' : '', contentType: '' }),
    signUploadUrl: async (request) => sign(request, { method: 'PUT', disposition: '', contentType: request.contentType }),
  };
}

// A plain server may forbid or lack a listing of a folder (403, 404, 405) although it accepts the credentials.
async function probe(client: HttpClient, method: 'GET' | 'HEAD', url: URL, signal: AbortSignal): Promise<void> {
  const response = await client.send({ method, url }, signal, [403, 404, 405]);
  await discard(response);
  if (response.statusCode === 403) await discard(await client.send({ method: 'OPTIONS', url }, signal, [400, 404, 405, 501]));
}
