// Owns the object server's JSON listings: buckets, and pages of objects in key order.
import type { HttpClient } from './http-client.ts';
import { array, count, date, readJson, records, text } from './http-json.ts';
import { mergeListing } from './listing.ts';
import type { Bucket, ListQuery, ObjectPage } from './provider.ts';

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
    size: count(size),
    eTag: text(eTag),
    lastModified: date(lastModified),
  }));
  const prefixes = array(body['commonPrefixes']).map(text);
  return { objects: mergeListing(objects, prefixes, query), continuationToken: text(body['continuationToken'] ?? '') };
}
