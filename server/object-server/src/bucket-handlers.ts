// The handlers of `/` and `/{bucket}`.

import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { MAX_KEY_BYTES } from './key-path.ts';
import { listPage } from './listing.ts';
import { sendEmpty, sendJson } from './reply.ts';

export async function listBuckets({ res, services }: Exchange): Promise<void> {
  sendJson(res, 200, { buckets: await services.buckets.list() });
}

export async function createBucket({ res, services }: Exchange, bucket: string): Promise<void> {
  const created = await services.buckets.create(bucket);
  sendEmpty(res, created ? 201 : 200, { Location: `/${bucket}` });
}

export async function headBucket({ res, services }: Exchange, bucket: string): Promise<void> {
  await services.buckets.require(bucket);
  sendEmpty(res, 200);
}

export async function deleteBucket({ res, services }: Exchange, bucket: string): Promise<void> {
  await services.buckets.remove(bucket);
  sendEmpty(res, 204);
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
