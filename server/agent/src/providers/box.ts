// Owns the provider of Box accounts: one bucket for all files, keys as paths, versions of files as ETags.
import { createHash } from 'node:crypto';
import { BoxApi } from './box-api.ts';
import { BoxCollector, type BoxTarget, entryOf, fits, formOf, putForm, undo } from './box-put.ts';
import { readBox } from './box-read.ts';
import { listParts, openSession } from './box-session.ts';
import { BoxUpload, type BoxLimits, defaultBoxLimits, parseBoxState } from './box-upload.ts';
import type { HttpLimits } from './http-limits.ts';
import { IdTree, parseKey, type TreeItem } from './id-tree.ts';
import { TreeListing } from './id-tree-listing.ts';
import { identify, withTokens } from './oauth-provider.ts';
import { box } from './oauth-vendors.ts';
import {
  type Chunk,
  type ChunkLaw,
  type CopySource,
  type Provider,
  type ProviderAccount,
  ProviderError,
  type UploadRequest,
  type UploadSession,
  type Verification,
} from './provider.ts';
import { SavedHash } from './saved-hash.ts';
import { lookBy, settledPut } from './unheard-puts.ts';

/**
 * What a Box account has is one tree, and its root is called "All Files" there: that is its one bucket. A bucket for each top folder
 * would leave the files of the root without one.
 */
export const boxBucket = 'All Files';
const rootId = '0';

/** Sessions dictate their part size; what is put whole stays below the 50 MB of one request. */
const boxChunks: ChunkLaw = { minBytes: 1, maxBytes: 32 * 1024 * 1024, quantumBytes: 1, maxChunks: 1_000_000 };

export interface BoxOptions {
  readonly limits?: Partial<BoxLimits>;
  readonly http?: HttpLimits;
}

/** Throws `invalid` for an account with keys: Box has none. */
export function boxProvider(account: ProviderAccount, options: BoxOptions = {}): Provider {
  const tokens = withTokens(box, account);
  const store = new BoxStore(new BoxApi(tokens, options.http), { ...defaultBoxLimits, ...options.limits });
  const { api, listing } = store;
  const stat: Provider['stat'] = async (bucket, key, signal) => {
    const { size, version, lastModified, checksum } = await store.file(bucket, key, signal);
    return { size, eTag: version, acceptsRanges: true, lastModified, checksum };
  };
  return {
    chunks: boxChunks,
    foldsCase: true,
    verify: async (signal) => void (await identify(box, tokens, signal)),
    listBuckets: async (_options, signal) => [{ name: boxBucket, region: '', createDate: await api.opened(signal) }],
    listObjects: async (query, signal) => listing.page(rootOf(query.bucket), query, signal),
    stat,
    read: async (request, signal) => readBox(api, await store.file(request.bucket, request.key, signal), request, signal),
    putWhole: settledPut({ put: (request, chunk, signal) => store.putWhole(request, chunk, signal), look: lookBy(stat, sha1Of) }),
    copy: (from, to, signal) => store.copy(from, to, signal),
    openUpload: (request, signal) => store.open(request, signal),
    resumeUpload: (request, state, signal) => store.resume(request, state, signal),
    remove: async (bucket, key, signal) => api.remove(await store.found(bucket, key, signal), signal),
    async createFolder(bucket, key, signal) {
      await store.tree.ensureFolder(rootOf(bucket), parseKey(key).names, signal);
    },
    signDownloadUrl: () => Promise.reject(unsigned('Box gives addresses for minutes only')),
    signUploadUrl: () => Promise.reject(unsigned('Box takes uploads with a token only')),
  };
}

const sha1Of = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

const unsigned = (why: string): ProviderError => new ProviderError('invalid', `${why}: move the file by a transfer`);

function rootOf(bucket: string): string {
  if (bucket !== boxBucket) throw new ProviderError('missing', `a Box account has one bucket, ${JSON.stringify(boxBucket)}`);
  return rootId;
}

class BoxStore {
  readonly api: BoxApi;
  readonly tree: IdTree;
  readonly listing: TreeListing;
  readonly #limits: BoxLimits;

  constructor(api: BoxApi, limits: BoxLimits) {
    this.api = api;
    this.tree = new IdTree(api);
    this.listing = new TreeListing(this.tree);
    this.#limits = limits;
  }

  async found(bucket: string, key: string, signal: AbortSignal): Promise<TreeItem> {
    const item = await this.tree.item(rootOf(bucket), parseKey(key), signal);
    if (item === undefined) throw new ProviderError('missing', `Box has no ${JSON.stringify(key)}`);
    if (item.sealed !== undefined) throw new ProviderError('invalid', `${JSON.stringify(key)} cannot be used: ${item.sealed}`);
    return item;
  }

  async file(bucket: string, key: string, signal: AbortSignal): Promise<TreeItem> {
    const item = await this.found(bucket, key, signal);
    if (item.kind === 'folder') throw new ProviderError('missing', `${JSON.stringify(key)} is a folder`);
    return item;
  }

  async putWhole(request: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
    if (bytes.length !== request.size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${request.size}`);
    const target = await this.#target(request, signal);
    const form = formOf(target, request.size);
    form.add(bytes);
    return putForm(this.api, target, form, request.ifAbsent ?? false, signal);
  }

  async open(request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
    const target = await this.#target(request, signal);
    if (request.size < this.#limits.sessionBytes) return new BoxCollector(this.api, target, request);
    const session = await openSession(this.api, target, request.size, signal);
    const held = { parts: new Map(), hash: await SavedHash.make('sha1') };
    return new BoxUpload(this.api, this.#limits, { ...session, size: request.size, target }, held);
  }

  async resume(request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
    const stored = parseBoxState(state);
    const parts = stored === undefined ? undefined : await listParts(this.api, stored.id, signal);
    if (stored === undefined || parts === undefined) return this.open(request, signal);
    const hash = await SavedHash.make('sha1', stored.hash);
    const target = await this.#target(request, signal);
    return new BoxUpload(this.api, this.#limits, { ...stored, size: request.size, target }, { parts, hash });
  }

  /** Box copies to a free name only; what would replace a file goes the long way. */
  async copy(from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
    const source = await this.file(from.bucket, from.key, signal);
    if (from.eTag !== '' && source.version !== from.eTag) throw new ProviderError('changed', `${JSON.stringify(from.key)} has changed`);
    const target = await this.#target(to, signal);
    if (target.before !== undefined) throw new ProviderError('invalid', 'Box does not copy over a file');
    const { folder, name } = target.place;
    const body = { name, parent: { id: folder }, version: source.version };
    const { json } = await this.api.call({ what: 'Box copy', method: 'POST', url: `/2.0/files/${source.id}/copy`, body }, signal);
    const copied = entryOf({ entries: [json] });
    if (fits(copied, { sha1: source.checksum?.value ?? '', size: source.size })) return 'object';
    await undo(this.api, target, copied, signal);
    throw new ProviderError('unavailable', 'Box copied other bytes than those of the source; the copy was taken back');
  }

  async #target({ bucket, key, size, ifAbsent }: UploadRequest, signal: AbortSignal): Promise<BoxTarget> {
    const { names, kind } = parseKey(key);
    if (kind === 'folder') throw new ProviderError('invalid', `${JSON.stringify(key)} is the key of a folder: make it as one`);
    const target = await this.tree.within({ root: rootOf(bucket), names: names.slice(0, -1) }, signal, async (folder) => {
      const place = { folder, name: names.at(-1) ?? '', kind };
      return { place, before: await this.api.preflight(place, size, signal) };
    });
    if (target.before !== undefined && ifAbsent === true)
      throw new ProviderError('conflict', `there is a ${JSON.stringify(key)} at Box already`);
    return target;
  }
}
