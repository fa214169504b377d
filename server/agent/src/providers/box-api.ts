// Owns the requests of the Box API 2.0 on files and folders, and what its answers mean.
import type { HttpLimits } from './http-limits.ts';
import { olderFirst, type Place, type TreeItem, type TreeStore } from './id-tree.ts';
import { type AccessTokens, ProviderError, type ProviderErrorKind } from './provider.ts';
import { dateOf, type Json, listOf, recordOf, textOf } from './vendor-json.ts';
import { type VendorAnswer, VendorApi, type VendorRequest } from './vendor-api.ts';

const fields = 'type,id,name,size,sha1,etag,modified_at,content_modified_at,file_version,parent,item_status';
const pageItems = 1000;

/** developer.box.com/guides/api-calls/permissions-and-errors/common-errors; everything else follows from the status. */
const kinds: Readonly<Record<string, ProviderErrorKind>> = {
  // The bytes were damaged on their way: they may be sent again.
  bad_digest: 'unavailable',
  rate_limit_exceeded: 'throttled',
  name_temporarily_reserved: 'throttled',
  operation_blocked_temporary: 'throttled',
  folder_not_empty: 'conflict',
  storage_limit_exceeded: 'invalid',
};

function kindOf(status: number, { code }: Json): ProviderErrorKind | undefined {
  // 202: the file is there but not ready yet (developer.box.com/reference/get-files-id-content). 412: no condition is ever sent, so
  // it was the digest of a part (developer.box.com/reference/put-files-upload-sessions-id).
  return status === 202 || status === 412 ? 'unavailable' : kinds[String(code)];
}

const wordsOf = ({ code, message }: Json): string | undefined =>
  typeof code !== 'string' ? undefined : typeof message === 'string' && message !== '' ? `${code}, ${message}` : code;

export class BoxApi implements TreeStore {
  readonly vendor: VendorApi;
  /** Uploads have a host of their own; what is not api.box.com keeps them on its own. */
  readonly uploads: string;

  constructor(tokens: AccessTokens, limits?: HttpLimits) {
    this.vendor = new VendorApi({ name: 'Box', kindOf, wordsOf }, tokens, limits);
    const api = new URL(tokens.apiUrl);
    this.uploads = api.hostname === 'api.box.com' ? 'https://upload.box.com/api/2.0' : `${tokens.apiUrl}/api/2.0`;
  }

  call(request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer> {
    return this.vendor.call(request, signal);
  }

  /** With markers, since offsets end at 300000 (developer.box.com/guides/api-calls/pagination). */
  async *children(folder: string, signal: AbortSignal): AsyncGenerator<readonly TreeItem[]> {
    let marker = '';
    do {
      const query = new URLSearchParams({ usemarker: 'true', limit: String(pageItems), fields, ...(marker !== '' && { marker }) });
      const url = `/2.0/folders/${folder}/items?${query.toString()}`;
      const { json } = await this.call({ what: 'Box folder items', method: 'GET', url }, signal);
      yield listOf(json['entries']).map(itemOf);
      marker = textOf(json['next_marker']);
    } while (marker !== '');
  }

  /** There is no look-up by name for reading: the folder is read, and all of it remembered. */
  async find(place: Place, seen: (item: TreeItem) => void, signal: AbortSignal): Promise<TreeItem | undefined> {
    for await (const page of this.children(place.folder, signal)) {
      page.forEach(seen);
      const found = page.filter(({ name, kind }) => name === place.name && kind === place.kind).toSorted(olderFirst)[0];
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async confirm(id: string, place: Place, signal: AbortSignal): Promise<TreeItem | undefined> {
    const json = await this.#get(id, place.kind, signal);
    const there = json?.['name'] === place.name && recordOf(json['parent'])['id'] === place.folder;
    return there && json['item_status'] === 'active' ? itemOf(json) : undefined;
  }

  async makeFolder(folder: string, name: string, signal: AbortSignal): Promise<string> {
    const body = { name, parent: { id: folder } };
    const { status, json } = await this.call(
      { what: 'Box create folder', method: 'POST', url: '/2.0/folders', body, tolerated: [409] },
      signal,
    );
    return status === 409 ? this.taken(json, { folder, name, kind: 'folder' }).id : textOf(json['id']);
  }

  /** What holds the name that a 409 spoke of; rejects with `conflict` unless it is of the kind and the very name. */
  taken(json: Json, { name, kind }: Place): { id: string } {
    const conflicts = recordOf(json['context_info'])['conflicts'];
    const other = recordOf(Array.isArray(conflicts) ? conflicts[0] : conflicts);
    // Box does not tell names apart by case: another key must not be written to.
    if (json['code'] === 'item_name_in_use' && other['type'] === kind && (other['name'] ?? name) === name)
      return { id: textOf(other['id']) };
    const words =
      other['name'] === undefined ? textOf(json['code']) : `${textOf(other['type'])} ${JSON.stringify(other['name'])} is in its place`;
    throw new ProviderError(kinds[textOf(json['code'])] ?? 'conflict', `Box does not take the name ${JSON.stringify(name)}: ${words}`);
  }

  /**
   * The file of a name before an upload, by one request (developer.box.com/reference/options-files-content); `conflict` for a folder
   * or a link of that name, and whatever else would refuse the upload.
   */
  async preflight(place: Place, size: number, signal: AbortSignal): Promise<TreeItem | undefined> {
    const body = { name: place.name, size, parent: { id: place.folder } };
    const { status, json } = await this.call(
      { what: 'Box upload check', method: 'OPTIONS', url: '/2.0/files/content', body, tolerated: [409] },
      signal,
    );
    if (status !== 409) return undefined;
    const file = await this.#get(this.taken(json, place).id, 'file', signal);
    return file === undefined ? undefined : itemOf(file);
  }

  async #get(id: string, kind: TreeItem['kind'], signal: AbortSignal): Promise<Json | undefined> {
    const url = `/2.0/${kind}s/${id}?fields=${fields}`;
    const { status, json } = await this.call({ what: `Box ${kind}`, method: 'GET', url, tolerated: [404] }, signal);
    return status === 404 ? undefined : json;
  }

  /** To the trash of the account; a folder only when it is empty. */
  async remove({ id, kind }: Pick<TreeItem, 'id' | 'kind'>, signal: AbortSignal): Promise<void> {
    await this.call(
      { what: `Box delete ${kind}`, method: 'DELETE', url: `/2.0/${kind}s/${id}${kind === 'folder' ? '?recursive=false' : ''}` },
      signal,
    );
  }

  /** When the account was opened: its root folder has no date of its own. */
  async opened(signal: AbortSignal): Promise<Date> {
    const { json } = await this.call({ what: 'Box user', method: 'GET', url: '/2.0/users/me?fields=created_at' }, signal);
    return dateOf(json['created_at']) ?? new Date(0);
  }
}

export function itemOf(json: Json): TreeItem {
  const { type, sha1, size } = json;
  return {
    id: textOf(json['id']),
    name: textOf(json['name']),
    kind: type === 'folder' ? 'folder' : 'file',
    size: type === 'file' && typeof size === 'number' ? size : 0,
    // The etag of Box changes with the name and the description too; the version of the file is that of its bytes.
    version: textOf(recordOf(json['file_version'])['id']) || textOf(json['etag']),
    lastModified: dateOf(json['content_modified_at']) ?? dateOf(json['modified_at']),
    checksum: typeof sha1 === 'string' && sha1 !== '' ? { algorithm: 'sha1', value: sha1.toLowerCase() } : undefined,
    // Names are unique in a folder.
    created: 0,
    ...(type === 'web_link' && { sealed: 'it is a bookmark of Box and has no bytes' }),
  };
}
