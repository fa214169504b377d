// Owns reading a file of Box: the version that was asked for, from the address that Box redirects to.
import { Readable } from 'node:stream';
import type { BoxApi } from './box-api.ts';
import type { TreeItem } from './id-tree.ts';
import { ProviderError, type ObjectReader, type ReadRequest } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * developer.box.com/reference/get-files-id-content: `version` pins the bytes, so what follows is the version that was found under the
 * key, whatever happens to the file meanwhile. The redirect leads to another host, which carries its own proof and must not see the token.
 */
export async function readBox(api: BoxApi, file: TreeItem, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { key, offset, length, eTag } = request;
  if ((eTag !== '' && file.version !== eTag) || offset > file.size)
    throw new ProviderError('changed', `${JSON.stringify(key)} is no longer the version that was started with`);
  const rest = Math.min(length ?? file.size, file.size - offset);
  if (rest === 0) return new StreamReader(Readable.from([], { objectMode: false }), api.vendor.limits.stallMs, 0);
  const url = `/2.0/files/${file.id}/content?version=${encodeURIComponent(file.version)}`;
  const content = { what: 'Box download', method: 'GET' as const, url };
  const location = await api.vendor.location(content, signal);
  const extent = { offset, length: length === undefined ? undefined : rest };
  if (location === undefined) return api.vendor.read(content, extent, signal);
  return api.vendor.read({ ...content, url: secure(location, api), anonymous: true }, extent, signal);
}

function secure(location: string, { uploads }: BoxApi): string {
  const target = URL.canParse(location) ? new URL(location) : undefined;
  if (target?.protocol === 'https:' || (target?.protocol === 'http:' && uploads.startsWith('http:'))) return target.href;
  throw new ProviderError('invalid', 'Box redirects a download to something that is no https address');
}
