// Owns the object server's JSON listings: buckets, and pages of objects in key order.
import { discard, header, readText, type HttpClient } from './http-client.ts';
import { networkError } from './http-errors.ts';
import { mergeListing } from './listing.ts';
import { ProviderError, type Bucket, type ListQuery, type ObjectPage } from './provider.ts';

const NO_LISTING = 'this server offers no listing: it is not a Click object server';

export async function listBuckets(client: HttpClient, signal: AbortSignal): Promise<readonly Bucket[]> {
  const body = await readJson(client, client.url(''), signal);
  return records(body['buckets']).map(({ name, creationDate }) => ({ name: text(name), region: '', createDate: date(creationDate) }));
}

export async function listPage(client: HttpClient, query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
  const url = client.url(query.bucket);
  url.searchParams.set('prefix', query.prefix);
  url.searchParams.set('max-keys', String(query.count));
  if (query.delimiter !== '') url.searchParams.set('delimiter', query.delimiter);
  if (query.continuationToken !== '') url.searchParams.set('continuation-token', query.continuationToken);
  const body = await readJson(client, url, signal);
  const objects = records(body['objects']).map(({ key, size, eTag, lastModified }) => ({
    key: text(key),
    size: typeof size === 'number' ? size : refuse(),
    eTag: text(eTag),
    lastModified: date(lastModified),
  }));
  const prefixes = array(body['commonPrefixes']).map(text);
  return { objects: mergeListing(objects, prefixes, query), continuationToken: text(body['continuationToken'] ?? '') };
}

async function readJson(client: HttpClient, url: URL, signal: AbortSignal): Promise<Record<string, unknown>> {
  const response = await client.send({ method: 'GET', url, headers: { accept: 'application/json' } }, signal, [405, 501]);
  if (response.statusCode !== 200 || !/^application\/json\b/.test(header(response, 'content-type') ?? '')) {
    await discard(response);
    throw new ProviderError('invalid', NO_LISTING);
  }
  const content = await readText(response, client.limits.jsonBytes).catch((error: unknown) => {
    throw networkError('reading a listing', error, signal);
  });
  try {
    return record(JSON.parse(content));
  } catch (error) {
    throw new ProviderError('invalid', NO_LISTING, { cause: error });
  }
}

function records(value: unknown): Record<string, unknown>[] {
  return array(value).map(record);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : refuse();
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : refuse();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : refuse();
}

function date(value: unknown): Date {
  const parsed = new Date(text(value));
  return Number.isNaN(parsed.getTime()) ? refuse() : parsed;
}

function refuse(): never {
  throw new ProviderError('invalid', NO_LISTING);
}
