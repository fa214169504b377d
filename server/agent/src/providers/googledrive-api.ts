// Owns the requests of the Google Drive API v3 on files and folders of one drive, and what its answers mean.
import { olderFirst, type Place, type TreeItem, type TreeStore } from './id-tree.ts';
import { ProviderError, type ProviderErrorKind } from './provider.ts';
import type { VendorApi, VendorManners } from './vendor-api.ts';
import { dateOf, type Json, listOf, recordOf, textOf } from './vendor-json.ts';

export const folderType = 'application/vnd.google-apps.folder';
export const fileFields = 'id,name,mimeType,size,md5Checksum,headRevisionId,version,modifiedTime,createdTime,trashed,parents';
const [pageItems, idsAtOnce] = [1000, 50];

/** developers.google.com/workspace/drive/api/guides/handle-errors; everything else follows from the status. */
const kinds: Readonly<Record<string, ProviderErrorKind>> = {
  rateLimitExceeded: 'throttled',
  userRateLimitExceeded: 'throttled',
  sharingRateLimitExceeded: 'throttled',
  dailyLimitExceeded: 'throttled',
  storageQuotaExceeded: 'invalid',
  teamDriveFileLimitExceeded: 'invalid',
  numChildrenInNonRootLimitExceeded: 'invalid',
  cannotDownloadAbusiveFile: 'invalid',
  fileNotDownloadable: 'invalid',
};

const reasonOf = (json: Json): string => textOf(listOf(recordOf(json['error'])['errors'])[0]?.['reason']);

export const driveManners: VendorManners = {
  name: 'Google Drive',
  kindOf: (_status, json) => kinds[reasonOf(json)],
  wordsOf: (json) => [reasonOf(json), textOf(recordOf(json['error'])['message'])].filter((text) => text !== '').join(', ') || undefined,
};

export class DriveApi implements TreeStore {
  readonly vendor: VendorApi;
  /** Undefined for My Drive. */
  readonly #drive: string | undefined;
  #ids: string[] = [];

  constructor(vendor: VendorApi, drive?: string) {
    this.vendor = vendor;
    this.#drive = drive;
  }

  children(folder: string, signal: AbortSignal): AsyncGenerator<readonly TreeItem[]> {
    return this.#list(`'${quoted(folder)}' in parents and trashed = false`, signal);
  }

  /** Drive takes a name as often as it is given: the oldest of them counts, for everybody and whatever comes later. */
  async find({ folder, name, kind }: Place, _seen: unknown, signal: AbortSignal): Promise<TreeItem | undefined> {
    const type = `mimeType ${kind === 'folder' ? '=' : '!='} '${folderType}'`;
    const query = `'${quoted(folder)}' in parents and name = '${quoted(name)}' and ${type} and trashed = false`;
    const found: TreeItem[] = [];
    for await (const page of this.#list(query, signal)) found.push(...page.filter((item) => item.name === name));
    return found.toSorted(olderFirst)[0];
  }

  async confirm(id: string, { folder, name, kind }: Place, signal: AbortSignal): Promise<TreeItem | undefined> {
    const json = await this.get(id, signal);
    const parents = json?.['parents'];
    const there = json?.['trashed'] === false && Array.isArray(parents) && parents.includes(folder);
    const item = there ? itemOf(json) : undefined;
    return item?.name === name && item.kind === kind ? item : undefined;
  }

  /** Two that make the same folder at the same time end up in the older one. */
  async makeFolder(folder: string, name: string, signal: AbortSignal): Promise<string> {
    const id = await this.newId(signal);
    const body = { id, name, mimeType: folderType, parents: [folder] };
    await this.settled({ id }, signal, () =>
      this.vendor.call({ what: 'Drive create folder', method: 'POST', url: `/drive/v3/files?${all()}&fields=id`, body }, signal),
    );
    const counting = await this.find({ folder, name, kind: 'folder' }, undefined, signal);
    if (counting === undefined || counting.id === id) return id;
    await this.destroy(id, signal);
    return counting.id;
  }

  /** Undefined when there is none. */
  async get(id: string, signal: AbortSignal): Promise<Json | undefined> {
    const request = { what: 'Drive file', method: 'GET' as const, url: `${fileUrl(id)}?${all()}&fields=${fileFields}`, tolerated: [404] };
    const { status, json } = await this.vendor.call(request, signal);
    return status === 404 ? undefined : json;
  }

  /**
   * Ids are asked for before something is made: what a lost answer was about can be asked by its id, and sending it again makes no
   * second one (developers.google.com/workspace/drive/api/guides/create-file, generateIds).
   */
  async newId(signal: AbortSignal): Promise<string> {
    if (this.#ids.length === 0) {
      const url = `/drive/v3/files/generateIds?count=${idsAtOnce}&space=drive`;
      const { json } = await this.vendor.call({ what: 'Drive new ids', method: 'GET', url }, signal);
      this.#ids = Array.isArray(json['ids']) ? json['ids'].map(textOf) : [];
    }
    const id = this.#ids.pop();
    if (id === undefined || id === '') throw new ProviderError('invalid', 'Drive gave no ids for new files');
    return id;
  }

  /** The answer of `work`, or, when that got lost, what is there under the id; `fits` says whether that is what was sent. */
  async settled<Answer>(
    { id, fits = () => true }: { id: string; fits?: (file: Json) => boolean },
    signal: AbortSignal,
    work: () => Promise<Answer>,
  ): Promise<Answer | Json> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind !== 'unavailable' || signal.aborted) throw error;
      const file = await this.get(id, signal);
      if (file === undefined || !fits(file)) throw error;
      return file;
    }
  }

  /** Where the owner finds it again for 30 days. */
  async trash(id: string, signal: AbortSignal): Promise<void> {
    await this.vendor.call(
      { what: 'Drive trash', method: 'PATCH', url: `${fileUrl(id)}?${all()}&fields=id`, body: { trashed: true } },
      signal,
    );
  }

  async destroy(id: string, signal: AbortSignal): Promise<void> {
    await this.vendor.call({ what: 'Drive delete', method: 'DELETE', url: `${fileUrl(id)}?${all()}`, tolerated: [404] }, signal);
  }

  async dropRevision(id: string, revision: string, signal: AbortSignal): Promise<void> {
    const url = `${fileUrl(id)}/revisions/${encodeURIComponent(revision)}`;
    await this.vendor.call({ what: 'Drive delete revision', method: 'DELETE', url, tolerated: [404] }, signal);
  }

  async *#list(q: string, signal: AbortSignal): AsyncGenerator<readonly TreeItem[]> {
    const within = this.#drive === undefined ? { corpora: 'user' } : { corpora: 'drive', driveId: this.#drive };
    let pageToken = '';
    do {
      const query = new URLSearchParams({
        q,
        ...within,
        includeItemsFromAllDrives: 'true',
        supportsAllDrives: 'true',
        pageSize: String(pageItems),
        fields: `nextPageToken,incompleteSearch,files(${fileFields})`,
        ...(pageToken !== '' && { pageToken }),
      });
      const { json } = await this.vendor.call({ what: 'Drive list', method: 'GET', url: `/drive/v3/files?${query.toString()}` }, signal);
      // A listing with holes would pass for a folder without those files.
      if (json['incompleteSearch'] === true) throw new ProviderError('unavailable', 'Drive could not search all of the drive');
      yield listOf(json['files']).map(itemOf);
      pageToken = textOf(json['nextPageToken']);
    } while (pageToken !== '');
  }
}

/** Shared drives answer to those only who say that they know of them. */
export const all = (): string => 'supportsAllDrives=true';
export const fileUrl = (id: string): string => `/drive/v3/files/${encodeURIComponent(id)}`;

/** developers.google.com/workspace/drive/api/guides/search-files: quotes and backslashes of a value are escaped. */
const quoted = (value: string): string => value.replaceAll(/[\\']/g, String.raw`\$&`);

export function itemOf(json: Json): TreeItem {
  const type = textOf(json['mimeType']);
  const md5 = textOf(json['md5Checksum']).toLowerCase();
  const folder = type === folderType;
  // Documents, forms, shortcuts: they have a name and no bytes.
  const sealed = !folder && type.startsWith('application/vnd.google-apps.');
  return {
    id: textOf(json['id']),
    name: textOf(json['name']),
    kind: folder ? 'folder' : 'file',
    // Numbers of 64 bits are texts there.
    size: folder || sealed ? 0 : Number(json['size'] ?? 0),
    version: textOf(json['headRevisionId']) || md5 || textOf(json['version']),
    lastModified: dateOf(json['modifiedTime']),
    checksum: md5 === '' ? undefined : { algorithm: 'md5', value: md5 },
    created: dateOf(json['createdTime'])?.getTime() ?? 0,
    ...(sealed && { sealed: `it is a ${type} and has no bytes; export it in Google Drive first` }),
  };
}
