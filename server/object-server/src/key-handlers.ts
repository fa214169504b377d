// The handlers of `/.keys` and `/.keys/{accessKey}`: scoped keys, for whoever holds the keys of the server.

import { isBucketName } from './bucket-store.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { isOwner, type KeyScope, PERMISSIONS, type StorageKey } from './key-store.ts';
import { readJson } from './json-body.ts';
import { sendEmpty, sendJson } from './reply.ts';

const MAX_BUCKETS = 1000;
const SECRET_KEY = /^[\x21-\x7e]{16,128}$/;

const invalid = (message: string): HttpError => new HttpError('InvalidRequest', message);

/** Secrets are taken and never told. */
const shown = ({ secretKey: _secret, ...key }: StorageKey): object => key;

export function listKeys({ res, services }: Exchange): void {
  sendJson(res, 200, { keys: services.keys.list().map(shown) });
}

export async function putKey(exchange: Exchange, accessKey: string): Promise<void> {
  const body = await readJson(exchange);
  const created = await exchange.services.keys.put(accessKey, secretKeyOf(body), scopeOf(body));
  sendEmpty(exchange.res, created ? 201 : 200, { Location: `/.keys/${accessKey}` });
}

export async function deleteKey({ res, services }: Exchange, accessKey: string): Promise<void> {
  await services.keys.remove(accessKey);
  sendEmpty(res, 204);
}

function secretKeyOf({ secretKey }: Record<string, unknown>): string {
  if (typeof secretKey !== 'string' || !SECRET_KEY.test(secretKey)) throw invalid('secretKey has 16 to 128 printable ASCII characters.');
  return secretKey;
}

function scopeOf({ owner, permission, buckets }: Record<string, unknown>): KeyScope {
  if (typeof owner !== 'string' || !isOwner(owner))
    throw invalid('owner has 1 to 64 characters of A-Z, a-z, 0-9, dot, hyphen, underscore.');
  const known = PERMISSIONS.find((name) => name === permission);
  if (known === undefined) throw invalid(`permission must be one of ${PERMISSIONS.join(', ')}.`);
  if (buckets === null) return { owner, permission: known, buckets };
  const named = Array.isArray(buckets) && buckets.length <= MAX_BUCKETS && buckets.every((name) => typeof name === 'string');
  if (!named || !(buckets as string[]).every(isBucketName))
    throw invalid(`buckets is null or a list of at most ${MAX_BUCKETS} bucket names.`);
  return { owner, permission: known, buckets: buckets as string[] };
}
