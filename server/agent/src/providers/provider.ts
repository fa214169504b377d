// Owns the one interface every storage provider implements, and the errors they all speak.

/** What a provider needs to know of a cloud account; secrets in clear, in memory only. */
export interface ProviderAccount {
  readonly cloudType: number;
  readonly region: string;
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly serviceUrl: string;
  /** In place of keys, for accounts that were linked by OAuth. */
  readonly tokens?: AccessTokens;
  /** The only buckets that there are for this account; left out, all that its keys open. */
  readonly buckets?: readonly string[];
}

/** The access tokens of one linked account. */
export interface AccessTokens {
  /** Where the API of the provider is. */
  readonly apiUrl: string;
  /** A token that is good now. `refused` is one that the provider has just answered 401: another one is got in its place. */
  get(signal: AbortSignal, refused?: string): Promise<string>;
}

/** Why a provider refused; the transfer engine retries on `throttled` and `unavailable` only. */
export type ProviderErrorKind =
  | 'auth' // the credentials are wrong or lack the right
  | 'missing' // no such bucket or object
  | 'conflict' // the target exists, or a bucket is not empty
  | 'changed' // the source is no longer the version that the transfer started with
  | 'invalid' // the provider cannot do this at all (bad name, unsupported type)
  | 'throttled' // slow down
  | 'unavailable'; // down, unreachable, timed out, 5xx, connection lost

/** The one error type that leaves a provider. `message` never holds a secret. */
export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ProviderErrorKind, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ProviderError';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly createDate: Date;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes; 0 for folders. */
  readonly size: number;
  readonly eTag: string;
  readonly lastModified: Date | undefined;
  readonly kind: 'file' | 'folder';
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** Empty on the last page. */
  readonly continuationToken: string;
}

export interface ListQuery {
  readonly bucket: string;
  readonly prefix: string;
  /** `/` lists one level (folders as `kind: 'folder'`); the empty string lists every key below the prefix in key order. */
  readonly delimiter: '/' | '';
  readonly continuationToken: string;
  readonly count: number;
}

export interface ObjectStat {
  readonly size: number;
  /** Empty when the server gives no validator. */
  readonly eTag: string;
  readonly acceptsRanges: boolean;
  /** Undefined when the server does not say. */
  readonly lastModified?: Date | undefined;
  /** A checksum of the whole object that the store keeps. */
  readonly checksum?: Checksum | undefined;
}

/** Of a whole object; `value` is lower-case hexadecimal. Two of the same algorithm can be compared. */
export interface Checksum {
  readonly algorithm: 'crc32' | 'crc32c' | 'md5' | 'sha1' | 'sha256' | 'dropbox' | 'quickxor';
  readonly value: string;
}

/** The bytes of an object, in order, straight into the buffers of whoever reads. */
export interface ObjectReader {
  /** Bytes that follow; undefined when the server does not say. */
  readonly length: number | undefined;
  /** Fills the whole buffer with the bytes that follow, or rejects: `unavailable` when they stall or end too early. */
  fill(bytes: Buffer, signal: AbortSignal): Promise<void>;
  /** Lets go of the connection; never throws. */
  close(): Promise<void>;
}

export interface ReadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly offset: number;
  /** Bytes wanted from `offset` on; without it, all that follow. */
  readonly length?: number | undefined;
  /** The version wanted, or empty for whichever is there. */
  readonly eTag: string;
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly eTag: string;
  readonly size: number;
}

/** A piece of an object on its way; what holds the buffer after a rejection is unknown, so it is not reused then. */
export interface Chunk {
  /** Where in the object it belongs, in bytes. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** CRC32 (IEEE 802.3), unsigned, taken when the bytes were read. */
  readonly crc32: number;
}

/** A chunk that the target holds durably, with what proves it there (an ETag, a block id), or an empty text. */
export interface ChunkAck {
  readonly offset: number;
  readonly length: number;
  readonly crc32: number;
  readonly proof: string;
}

/** Which chunks an upload in several chunks may be cut into; the last one may be shorter than all of this. */
export interface ChunkLaw {
  readonly minBytes: number;
  readonly maxBytes: number;
  /** Every chunk but the last has a multiple of so many bytes. */
  readonly quantumBytes: number;
  readonly maxChunks: number;
}

/** What a commit has proven of the copy: its size, the checksum of each chunk (by the target), or one of the whole object. */
export type Verification = 'size' | 'chunks' | 'object';

/** An upload in progress at the target. The object becomes visible only by `commit`. */
export interface UploadSession {
  /** Bytes from the start that the target holds durably without a gap; where the next `write` of a session in order continues. */
  readonly offset: number;
  /** True when an interrupted session can go on; false: it starts again at 0. */
  readonly resumable: boolean;
  /** Opaque text that `resumeUpload` takes; does not grow with the number of chunks when `anyOrder` is there. */
  readonly state: string;
  /** The chunk size that the target dictates in place of the requested one. */
  readonly chunkSize?: number;
  /** There when chunks may arrive in any order and several at once. */
  readonly anyOrder?: {
    /** How many writes may be under way at once. */
    readonly lanes: number;
    /** Whether the target holds the chunk at `offset`, durably or not yet. */
    holds(offset: number): boolean;
    /** The chunks that became durable since the last call, to be stored and handed to `resumeUpload`. */
    takeAcks(): readonly ChunkAck[];
  };
  /**
   * Sends a chunk. All chunks but the last have exactly the chunk size. The buffer must not be reused unless the promise
   * fulfils. Without `anyOrder`, `chunk.offset` is `offset`; after a rejection with `unavailable` or `throttled`, continue at
   * `offset` (it may have moved: the target was asked) or, if that fails again, through `resumeUpload`.
   */
  write(chunk: Chunk, signal: AbortSignal): Promise<void>;
  /** Publishes the object atomically and proves what it can; may be called again after a failure. */
  commit(signal: AbortSignal): Promise<Verification>;
  /** Lets go of connections and keeps what the target holds (pause). */
  suspend(): Promise<void>;
  /** Removes what the target holds; never throws for a session that is already gone. */
  abort(signal: AbortSignal): Promise<void>;
}

export interface UploadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly chunkSize: number;
  /** Refuse with `conflict`, at the latest by `commit`, when there is an object of this key; honoured as far as the store can. */
  readonly ifAbsent?: boolean;
}

export interface SignRequest {
  readonly bucket: string;
  readonly key: string;
  readonly expiresInSeconds: number;
}

/** What can be switched on for a bucket (storage.md). */
export interface BucketFlags {
  readonly isPublic: boolean;
  readonly isEncrypted: boolean;
  readonly versioningEnabled: boolean;
  /** Decided when the bucket is made. */
  readonly objectLockEnabled: boolean;
}

export type BucketFlagChanges = Partial<Omit<BucketFlags, 'objectLockEnabled'>>;

/** Making and removing buckets. `owner` names who a bucket is made for, where the store keeps that apart. */
export interface BucketAdministration {
  /** Whether there is a bucket of this name, whoever has it. */
  exists(bucket: string, signal: AbortSignal): Promise<boolean>;
  create(bucket: { name: string; owner: string; objectLock: boolean }, signal: AbortSignal): Promise<void>;
  /** Rejects with `conflict` for one that is not empty, `missing` for one that is not there or not the owner's. */
  remove(bucket: { name: string; owner: string }, signal: AbortSignal): Promise<void>;
  /** Absent where the store has no such flags. */
  readonly flags?: {
    /** Those that the store can tell. */
    read(bucket: string, signal: AbortSignal): Promise<Partial<BucketFlags>>;
    /** Rejects with `invalid` for what the store does not take. */
    write(bucket: string, changes: BucketFlagChanges, signal: AbortSignal): Promise<void>;
  };
}

/** A further key of the store, narrower than the one that the provider works with. */
export interface ScopedKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly owner: string;
  readonly permission: 'read' | 'write' | 'readWrite';
  /** Null for every bucket of the owner, later ones too. */
  readonly buckets: readonly string[] | null;
}

export interface KeyAdministration {
  put(key: ScopedKey, signal: AbortSignal): Promise<void>;
  /** Does nothing for a key that is gone already. */
  remove(accessKey: string, signal: AbortSignal): Promise<void>;
}

/** How a copy within a store goes, told to whoever asked for it: a large one takes hours, and outlives the process. */
export interface CopyCourse {
  /** State of an interrupted copy that is gone on with; empty for a new one. */
  readonly saved: string;
  /** Called before the request by which the store comes to hold more than the copy itself. */
  begin(): void;
  /** Called with the state to go on with, or to hand to `dropCopy`, before anything is copied. Throws when it is wanted no more: then what was begun has to go. */
  keep(state: string): void;
  /** A sign of life: the store has said that it is at it, or that it has so many bytes of the copy now. */
  alive(bytes?: number): void;
}

/** A storage provider bound to one account. Every call rejects with `ProviderError`, or with the signal's reason when aborted. */
export interface Provider {
  /** Without one, an upload takes chunks of any size and number. */
  readonly chunks?: ChunkLaw;
  /** Names that differ in case only are one to the store; left out, it tells them apart. */
  readonly foldsCase?: boolean;
  /** Absent where buckets are made elsewhere, or not at all. */
  readonly administration?: BucketAdministration;
  /** Absent where the store has no keys that can be made through it. */
  readonly keys?: KeyAdministration;
  /**
   * Proves that the credentials are accepted; rejects with `auth` when they are not. With `bucket`, that they open this one is enough:
   * many keys open nothing else.
   */
  verify(signal: AbortSignal, bucket?: string): Promise<void>;
  listBuckets(options: { includeRegion: boolean }, signal: AbortSignal): Promise<readonly Bucket[]>;
  listObjects(query: ListQuery, signal: AbortSignal): Promise<ObjectPage>;
  stat(bucket: string, key: string, signal: AbortSignal): Promise<ObjectStat>;
  /** Opens an object from `offset` on; rejects with `changed` when `eTag` is given and no longer matches. */
  read(request: ReadRequest, signal: AbortSignal): Promise<ObjectReader>;
  /**
   * Stores a whole small object in one request: all of it or nothing. Sent again after `unavailable` or an abort it does no harm, and is
   * no `conflict` with itself. Absent where a session is the only way. `chunk.offset` is 0, and the size is at most the chunk size.
   */
  readonly putWhole?: (request: UploadRequest, chunk: Chunk, signal: AbortSignal) => Promise<Verification>;
  /** Copies within the store, without the bytes passing here. Rejects with `invalid` for what the store cannot copy; absent where it never can. */
  readonly copy?: (from: CopySource, to: UploadRequest, signal: AbortSignal, course?: CopyCourse) => Promise<Verification>;
  /** Removes what an interrupted copy has left; never rejects for one that is gone. Absent where copies leave nothing. */
  readonly dropCopy?: (at: { bucket: string; key: string }, state: string, signal: AbortSignal) => Promise<void>;
  openUpload(request: UploadRequest, signal: AbortSignal): Promise<UploadSession>;
  /** Goes on with a stored session: asks the target where it stands, whose word counts more than `acks`. A session that is gone is opened anew at 0. */
  resumeUpload(request: UploadRequest, state: string, signal: AbortSignal, acks?: readonly ChunkAck[]): Promise<UploadSession>;
  /**
   * Removes the uploads to this key that were begun since then and hold nothing: nobody has heard the answer that named them. Absent where
   * an upload without its first chunk is nothing, or where such uploads cannot be found.
   */
  readonly sweepUploads?: (at: { bucket: string; key: string }, since: Date, signal: AbortSignal) => Promise<void>;
  remove(bucket: string, key: string, signal: AbortSignal): Promise<void>;
  createFolder(bucket: string, key: string, signal: AbortSignal): Promise<void>;
  signDownloadUrl(request: SignRequest & { forceToDownload: boolean }): Promise<string>;
  signUploadUrl(request: SignRequest & { contentType: string }): Promise<string>;
}

export type ProviderFactory = (account: ProviderAccount) => Provider;
