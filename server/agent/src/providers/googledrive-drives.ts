// Owns the buckets of a Google Drive account: My Drive, and each shared drive.
import { DriveApi } from './googledrive-api.ts';
import { IdTree } from './id-tree.ts';
import { TreeListing } from './id-tree-listing.ts';
import { ProviderError } from './provider.ts';
import type { VendorApi } from './vendor-api.ts';
import { dateOf, listOf, textOf } from './vendor-json.ts';

export const myDrive = 'My Drive';

/** One drive as a bucket, with what is remembered of its paths. */
export interface DriveBucket {
  readonly name: string;
  readonly createDate: Date;
  readonly root: string;
  readonly api: DriveApi;
  readonly tree: IdTree;
  readonly listing: TreeListing;
}

interface SharedDrive {
  readonly id: string;
  readonly name: string;
  readonly createDate: Date;
}

/** How long a drive that was renamed answers to its old name, at most. */
const knownMs = 60_000;

export class Drives {
  readonly #vendor: VendorApi;
  readonly #known = new Map<string, { readonly bucket: DriveBucket; readonly at: number }>();

  constructor(vendor: VendorApi) {
    this.#vendor = vendor;
  }

  async list(signal: AbortSignal): Promise<readonly DriveBucket[]> {
    const shared = named(await this.#shared(signal)).map(({ id, name, createDate }) => this.#bucket({ id, name, createDate }, id));
    return [await this.#mine(signal), ...shared];
  }

  async bucket(name: string, signal: AbortSignal): Promise<DriveBucket> {
    const known = this.#known.get(name);
    if (known !== undefined && Date.now() - known.at < knownMs) return known.bucket;
    const bucket = name === myDrive ? await this.#mine(signal) : (await this.list(signal)).find((drive) => drive.name === name);
    if (bucket === undefined)
      throw new ProviderError('missing', `there is no drive ${JSON.stringify(name)}; list the buckets for the names`);
    this.#known.set(name, { bucket, at: Date.now() });
    return bucket;
  }

  async #mine(signal: AbortSignal): Promise<DriveBucket> {
    const url = '/drive/v3/files/root?fields=id,createdTime';
    const { json } = await this.#vendor.call({ what: 'Drive root', method: 'GET', url }, signal);
    return this.#bucket({ id: textOf(json['id']), name: myDrive, createDate: dateOf(json['createdTime']) ?? new Date(0) });
  }

  /** The paths of a drive stay remembered as long as its root is the same. */
  #bucket({ id, name, createDate }: SharedDrive, drive?: string): DriveBucket {
    const known = this.#known.get(name)?.bucket;
    if (known?.root === id) return known;
    const api = new DriveApi(this.#vendor, drive);
    const tree = new IdTree(api);
    return { name, createDate, root: id, api, tree, listing: new TreeListing(tree) };
  }

  async #shared(signal: AbortSignal): Promise<SharedDrive[]> {
    const drives: SharedDrive[] = [];
    let pageToken = '';
    do {
      const query = new URLSearchParams({
        pageSize: '100',
        fields: 'nextPageToken,drives(id,name,createdTime)',
        ...(pageToken !== '' && { pageToken }),
      });
      const { json } = await this.#vendor.call(
        { what: 'Drive list drives', method: 'GET', url: `/drive/v3/drives?${query.toString()}` },
        signal,
      );
      for (const drive of listOf(json['drives']))
        drives.push({ id: textOf(drive['id']), name: textOf(drive['name']), createDate: dateOf(drive['createdTime']) ?? new Date(0) });
      pageToken = textOf(json['nextPageToken']);
    } while (pageToken !== '');
    return drives;
  }
}

/** Names of shared drives need not be unique: those that are not, or are that of My Drive, carry their id. */
function named(drives: readonly SharedDrive[]): SharedDrive[] {
  const isShared = (name: string): boolean => name === myDrive || drives.filter((drive) => drive.name === name).length > 1;
  return drives.map((drive) => (isShared(drive.name) ? { ...drive, name: `${drive.name} (${drive.id})` } : drive));
}
