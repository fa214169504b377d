// Owns Azure listings: containers as buckets, and pages of blobs in key order.
import type { AzureClient } from './azure-client.ts';
import { elements, nameIn, textOf } from './azure-xml.ts';
import { mergeListing } from './listing.ts';
import type { Bucket, ListedObject, ListQuery, ObjectPage } from './provider.ts';

type Found = Omit<ListedObject, 'kind'>;

/** The account has one location, which the Blob service does not tell; a container has no creation date either, only a last change. */
export async function listContainers(azure: AzureClient, signal: AbortSignal): Promise<readonly Bucket[]> {
  const buckets: Bucket[] = [];
  let marker = '';
  do {
    const query = { comp: 'list', ...(marker !== '' && { marker }) };
    const { text } = await azure.call({ name: 'List Containers', method: 'GET', query }, signal);
    for (const container of elements(text, 'Container'))
      buckets.push({ name: textOf(container, 'Name'), region: '', createDate: new Date(textOf(container, 'Last-Modified')) });
    marker = textOf(text, 'NextMarker');
  } while (marker !== '');
  return buckets;
}

export async function listBlobs(azure: AzureClient, listed: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
  const { bucket, prefix, delimiter, continuationToken, count } = listed;
  const query = {
    restype: 'container',
    comp: 'list',
    include: 'metadata',
    maxresults: String(Math.min(count, 5000)),
    ...(prefix !== '' && { prefix }),
    ...(delimiter !== '' && { delimiter }),
    ...(continuationToken !== '' && { marker: continuationToken }),
  };
  const { text } = await azure.call({ name: 'List Blobs', method: 'GET', container: bucket, query }, signal);
  const blobs = [...elements(text, 'Blob')].map(blobIn);
  const prefixes = [...elements(text, 'BlobPrefix')].map(nameIn);
  // In a level, the prefix stands for the folder; below, the entries do.
  const objects = blobs.filter(({ folder }) => !folder).map(({ found }) => found);
  return { objects: mergeListing(objects, prefixes, listed), continuationToken: textOf(text, 'NextMarker') };
}

/** Accounts with a hierarchical namespace list each directory as an empty blob without "/" that is marked; ours end in "/". */
function blobIn(xml: string): { found: Found; folder: boolean } {
  const key = nameIn(xml);
  const modified = Date.parse(textOf(xml, 'Last-Modified'));
  const eTag = textOf(xml, 'Etag');
  return {
    found: {
      key,
      size: Number(textOf(xml, 'Content-Length')),
      // Listings leave out the quotes that the header has.
      eTag: eTag === '' || eTag.startsWith('"') ? eTag : `"${eTag}"`,
      lastModified: Number.isNaN(modified) ? undefined : new Date(modified),
    },
    folder: !key.endsWith('/') && /<hdi_isfolder>true</i.test(xml),
  };
}
