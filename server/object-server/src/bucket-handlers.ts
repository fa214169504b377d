// The handlers of `/` and `/{bucket}`.

import { opens } from './access.ts';
import { type Exchange, header } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { MAX_KEY_BYTES } from './key-path.ts';
import { isOwner } from './key-store.ts';
import { listPage } from './listing.ts';
import { sendEmpty, sendJson } from './reply.ts';

/** With a scoped key, the buckets that it opens. */
export async function listBuckets({ res, services: { buckets }, key }: Exchange): Promise<void> {
  const all = await buckets.list();
  const opened = key === undefined ? [] : await Promise.all(all.map(({ name }) => opens(key, name, buckets)));
  sendJson(res, 200, { buckets: key === undefined ? all : all.filter((_bucket, index) => opened[index] === true) });
}

export async function createBucket(exchange: Exchange, bucket: string): Promise<void> {
  const { res, services } = exchange;
  const created = await services.buckets.create(bucket, ownerOf(exchange));
  sendEmpty(res, created ? 201 : 200, { Location: `/${bucket}` });
}

export async function headBucket({ res, services }: Exchange, bucket: string): Promise<void> {
  await services.buckets.require(bucket);
  sendEmpty(res, 200);
}

export async function deleteBucket(exchange: Exchange, bucket: string): Promise<void> {
  await exchange.services.buckets.remove(bucket, ownerOf(exchange));
  sendEmpty(exchange.res, 204);
}

function ownerOf(exchange: Exchange): string | undefined {
  const owner = header(exchange, 'x-bucket-owner');
  if (owner !== undefined && !isOwner(owner))
    throw new HttpError('InvalidRequest', 'X-Bucket-Owner has 1 to 64 characters of A-Z, a-z, 0-9, dot, hyphen, underscore.');
  return owner;
}

export async function listObjects(exchange: Exchange, bucket: string): Promise<void> {
  const { res, query, services } = exchange;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  if (Math.max(Buffer.byteLength(prefix), Buffer.byteLength(delimiter)) > MAX_KEY_BYTES) {
    throw new HttpError('InvalidRequest', `prefix and delimiter have at most ${MAX_KEY_BYTES} bytes.`);
  }
  const maxKeys = pageSize(query.get('max-keys'), services.limits.maxKeys);
  const root = await services.buckets.require(bucket);
  sendJson(res, 200, await listPage(root, { prefix, delimiter, maxKeys, continuationToken: query.get('continuation-token') ?? '' }));
}

function pageSize(value: string | null, limit: number): number {
  if (value === null || value === '') return limit;
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0) throw new HttpError('InvalidRequest', 'max-keys must be a positive integer.');
  return Math.min(Number(value), limit);
}
