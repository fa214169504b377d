// Owns making and removing buckets and scoped keys on an object server.
import { discard, type HttpClient, type HttpRequest } from './http-client.ts';
import { type BucketAdministration, type KeyAdministration, ProviderError, type ScopedKey } from './provider.ts';

const ownedBy = (owner: string) => ({ 'x-bucket-owner': owner });

/** An object server keeps no flags of buckets. */
export const bucketAdministration = (client: HttpClient): BucketAdministration => ({
  exists: async (bucket, signal) => (await status(client, { method: 'HEAD', url: client.url(bucket) }, signal, [404])) !== 404,

  async create({ name, owner }, signal) {
    const request = { method: 'PUT', url: client.url(name), headers: { ...ownedBy(owner), 'content-length': '0' } } as const;
    // 200 is the answer for one that was there: it is somebody's.
    if ((await status(client, request, signal)) === 200) throw new ProviderError('conflict', `there is a bucket ${name} already`);
  },

  async remove({ name, owner }, signal) {
    await status(client, { method: 'DELETE', url: client.url(name), headers: ownedBy(owner) }, signal);
  },
});

export const keyAdministration = (client: HttpClient): KeyAdministration => ({
  async put({ accessKey, ...key }, signal) {
    const body = Buffer.from(JSON.stringify(key satisfies Omit<ScopedKey, 'accessKey'>));
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    await status(client, { method: 'PUT', url: client.url('.keys', accessKey), headers, body: once(body) }, signal);
  },

  async remove(accessKey, signal) {
    await status(client, { method: 'DELETE', url: client.url('.keys', accessKey) }, signal, [404]);
  },
});

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function status(client: HttpClient, request: HttpRequest, signal: AbortSignal, tolerated: readonly number[] = []): Promise<number> {
  const response = await client.send(request, signal, tolerated);
  await discard(response);
  return response.statusCode;
}
