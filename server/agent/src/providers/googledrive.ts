// Owns the provider of Google Drive accounts: drives as buckets, keys as paths, revisions of files as ETags.
import { Readable } from 'node:stream';
import { all, driveManners, fileFields, fileUrl, itemOf } from './googledrive-api.ts';
import { type DriveBucket, Drives } from './googledrive-drives.ts';
import { type DriveTarget, md5Of, multipartBytes, prove, putMultipart } from './googledrive-put.ts';
import { askStanding, cancelSession, driveQuantum, openSession, sameOrigin } from './googledrive-session.ts';
import { DriveUpload, parseDriveState } from './googledrive-upload.ts';
import type { HttpLimits } from './http-limits.ts';
import { parseKey, type TreeItem } from './id-tree.ts';
import { identify, withTokens } from './oauth-provider.ts';
import { googleDrive } from './oauth-vendors.ts';
import {
  type Chunk,
  type ChunkLaw,
  type CopySource,
  type ObjectReader,
  type Provider,
  type ProviderAccount,
  ProviderError,
  type ReadRequest,
  type UploadRequest,
  type UploadSession,
  type Verification,
} from './provider.ts';
import { SavedHash } from './saved-hash.ts';
import { StreamReader } from './stream-reader.ts';
import { lookBy, settledPut } from './unheard-puts.ts';
import { VendorApi } from './vendor-api.ts';

/** A file has at most 5 TB (support.google.com/drive/answer/37603). */
const driveChunks: ChunkLaw = { minBytes: driveQuantum, maxBytes: 64 * 1024 * 1024, quantumBytes: driveQuantum, maxChunks: 1_000_000 };

/** Throws `invalid` for an account with keys: Google Drive has none. */
export function googleDriveProvider(account: ProviderAccount, http?: HttpLimits): Provider {
  const tokens = withTokens(googleDrive, account);
  const vendor = new VendorApi(driveManners, tokens, http);
  const drives = new Drives(vendor);
  const uploads = new DriveUploads(drives, tokens.apiUrl);
  const stat: Provider['stat'] = async (bucket, key, signal) => {
    const { size, version, lastModified, checksum } = await fileIn(await drives.bucket(bucket, signal), key, signal);
    return { size, eTag: version, acceptsRanges: true, lastModified, checksum };
  };
  return {
    chunks: driveChunks,
    verify: async (signal) => void (await identify(googleDrive, tokens, signal)),
    listBuckets: async (_options, signal) => (await drives.list(signal)).map(({ name, createDate }) => ({ name, region: '', createDate })),
    async listObjects(query, signal) {
      const { listing, root } = await drives.bucket(query.bucket, signal);
      return listing.page(root, query, signal);
    },
    stat,
    read: async (request, signal) => read(await drives.bucket(request.bucket, signal), request, signal),
    putWhole: settledPut({
      put: (request, chunk, signal) => uploads.putWhole(request, chunk, signal),
      look: lookBy(stat, md5Of, { sizeProves: true }),
    }),
    copy: (from, to, signal) => uploads.copy(from, to, signal),
    openUpload: (request, signal) => uploads.open(request, signal),
    resumeUpload: (request, state, signal) => uploads.resume(request, state, signal),
    remove: async (bucket, key, signal) => remove(await drives.bucket(bucket, signal), key, signal),
    async createFolder(bucket, key, signal) {
      const { tree, root } = await drives.bucket(bucket, signal);
      await tree.ensureFolder(root, parseKey(key).names, signal);
    },
    signDownloadUrl: () => Promise.reject(unsigned()),
    signUploadUrl: () => Promise.reject(unsigned()),
  };
}

const unsigned = (): ProviderError =>
  new ProviderError('invalid', 'Google Drive has no addresses that are good for a while without a token: move the file by a transfer');

async function found({ root, tree }: DriveBucket, key: string, signal: AbortSignal): Promise<TreeItem> {
  const item = await tree.item(root, parseKey(key), signal);
  if (item === undefined) throw new ProviderError('missing', `Google Drive has no ${JSON.stringify(key)}`);
  return item;
}

async function fileIn(bucket: DriveBucket, key: string, signal: AbortSignal): Promise<TreeItem> {
  const item = await found(bucket, key, signal);
  if (item.kind === 'folder') throw new ProviderError('missing', `${JSON.stringify(key)} is a folder`);
  if (item.sealed !== undefined) throw new ProviderError('invalid', `${JSON.stringify(key)} cannot be read: ${item.sealed}`);
  return item;
}

/**
 * The API has no condition for downloads, and revisions can be had for sure only when they are kept for ever. So the revision is looked
 * at before and after the download has begun: what it brings began as the revision that was asked for.
 */
async function read(bucket: DriveBucket, { key, offset, length, eTag }: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { vendor } = bucket.api;
  const file = await fileIn(bucket, key, signal);
  const changed = new ProviderError('changed', `${JSON.stringify(key)} is no longer the version that was started with`);
  if ((eTag !== '' && file.version !== eTag) || offset > file.size) throw changed;
  const rest = Math.min(length ?? file.size, file.size - offset);
  if (rest === 0) return new StreamReader(Readable.from([], { objectMode: false }), vendor.limits.stallMs, 0);
  const request = { what: 'Drive download', method: 'GET' as const, url: `${fileUrl(file.id)}?alt=media&${all()}` };
  const reader = await vendor.read(request, { offset, length: length === undefined ? undefined : rest }, signal);
  try {
    const after = await bucket.api.get(file.id, signal);
    if (after === undefined || itemOf(after).version !== file.version) throw changed;
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Into the trash, as in Google's own clients; a folder only when nothing is in it, whatever its name. */
async function remove(bucket: DriveBucket, key: string, signal: AbortSignal): Promise<void> {
  const item = await found(bucket, key, signal);
  if (item.kind === 'folder') {
    for await (const page of bucket.api.children(item.id, signal)) {
      if (page.length > 0) throw new ProviderError('conflict', `the folder ${JSON.stringify(key)} is not empty`);
    }
  }
  await bucket.api.trash(item.id, signal);
}

class DriveUploads {
  readonly #drives: Drives;
  readonly #apiUrl: string;

  constructor(drives: Drives, apiUrl: string) {
    this.#drives = drives;
    this.#apiUrl = apiUrl;
  }

  async putWhole(request: UploadRequest, chunk: Chunk, signal: AbortSignal): Promise<Verification> {
    const { bytes } = chunk;
    if (bytes.length !== request.size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${request.size}`);
    if (bytes.length > multipartBytes) {
      const session = await this.open(request, signal);
      await session.write(chunk, signal);
      return session.commit(signal);
    }
    const bucket = await this.#drives.bucket(request.bucket, signal);
    return putMultipart(bucket, await this.#target(bucket, request, signal), { request, bytes }, signal);
  }

  async open(request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
    if (request.size === 0) throw new ProviderError('invalid', 'an empty file needs no upload session: put it whole');
    const bucket = await this.#drives.bucket(request.bucket, signal);
    const target = await this.#target(bucket, request, signal);
    const url = await openSession(bucket.api, this.#apiUrl, { target, request }, signal);
    const session = { url, size: request.size, target, ifAbsent: request.ifAbsent ?? false };
    return new DriveUpload(bucket, session, { standing: { held: 0 }, hash: await SavedHash.make('md5') });
  }

  async resume(request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
    const stored = parseDriveState(state);
    if (stored === undefined) return this.open(request, signal);
    const url = sameOrigin(stored.url, this.#apiUrl);
    const bucket = await this.#drives.bucket(request.bucket, signal);
    const target = await this.#target(bucket, request, signal, stored.id);
    const standing = await askStanding(bucket.api, url, request.size, signal);
    if (standing === 'gone') return this.open(request, signal);
    // A session that is over is gone on with when the file is still what it became; what was taken back is sent again.
    const over = 'file' in standing && target.before?.version !== itemOf(standing.file).version;
    const short = 'held' in standing && (standing.held < stored.hash.offset || standing.held >= request.size);
    if (target.id !== stored.id || over || short) {
      if (!('file' in standing)) await cancelSession(bucket.api, url, signal);
      return this.open(request, signal);
    }
    const session = { url, size: request.size, target, ifAbsent: request.ifAbsent ?? false };
    return new DriveUpload(bucket, session, { standing, hash: await SavedHash.make('md5', stored.hash) });
  }

  /** Drive would lay a second file of the name beside one that is there: what would replace it goes the long way. */
  async copy(from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
    const source = await fileIn(await this.#drives.bucket(from.bucket, signal), from.key, signal);
    if (from.eTag !== '' && source.version !== from.eTag) throw new ProviderError('changed', `${JSON.stringify(from.key)} has changed`);
    if (source.checksum === undefined) throw new ProviderError('invalid', 'Google Drive tells no checksum of the file to be copied');
    const bucket = await this.#drives.bucket(to.bucket, signal);
    const target = await this.#target(bucket, to, signal);
    if (target.before !== undefined) throw new ProviderError('invalid', 'Google Drive does not copy over a file');
    const { folder, name } = target.place;
    const body = { id: target.id, name, parents: [folder] };
    const url = `${fileUrl(source.id)}/copy?${all()}&fields=${fileFields}`;
    const file = await bucket.api.settled({ id: target.id }, signal, async () => {
      const { json } = await bucket.api.vendor.call({ what: 'Drive copy', method: 'POST', url, body }, signal);
      return json;
    });
    // The version that was meant has this size and checksum; a later one is taken back.
    const wanted = { size: source.size, md5: source.checksum.value };
    return prove(bucket, target, { file, wanted, ifAbsent: to.ifAbsent ?? false }, signal);
  }

  async #target(bucket: DriveBucket, { key, ifAbsent }: UploadRequest, signal: AbortSignal, id?: string): Promise<DriveTarget> {
    const { names, kind } = parseKey(key);
    if (kind === 'folder') throw new ProviderError('invalid', `${JSON.stringify(key)} is the key of a folder: make it as one`);
    const { place, before } = await bucket.tree.within({ root: bucket.root, names: names.slice(0, -1) }, signal, async (folder) => {
      const at = { folder, name: names.at(-1) ?? '', kind };
      return { place: at, before: await bucket.tree.itemIn(at, signal) };
    });
    if (before?.sealed !== undefined) throw new ProviderError('invalid', `${JSON.stringify(key)} cannot be written: ${before.sealed}`);
    const own = before !== undefined && before.id === id;
    if (before !== undefined && !own && ifAbsent === true)
      throw new ProviderError('conflict', `there is a ${JSON.stringify(key)} in Google Drive already`);
    return { place, before, id: before?.id ?? id ?? (await bucket.api.newId(signal)) };
  }
}
