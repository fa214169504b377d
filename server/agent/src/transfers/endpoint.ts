// Owns the two ends of one object's way: what it is read from and what it is written to.
import type {
  Checksum,
  Chunk,
  ChunkAck,
  ChunkLaw,
  CopyCourse,
  ObjectReader,
  ObjectStat,
  UploadSession,
  Verification,
} from '../providers/provider.ts';

export interface SourceStat {
  readonly size: number;
  /** Changes when the content does; empty when the source gives no validator. */
  readonly identity: string;
  readonly lastModified?: Date | undefined;
  readonly checksum?: Checksum | undefined;
}

export type SourceReader = Pick<ObjectReader, 'fill' | 'close'>;

export interface Source {
  /** Names the store behind it, for the limits that all transfers with it share; empty for the local disk. */
  readonly endpoint: string;
  stat(signal: AbortSignal): Promise<SourceStat>;
  /** Whether it can be read in several places at once, as far as `stat` has told. */
  readonly seekable: boolean;
  /** Bytes from `offset` on: `length` of them, or all that follow. Rejects with kind `changed` when the source is no longer what `stat` saw. */
  open(from: { offset: number; length: number }, stat: SourceStat, signal: AbortSignal): Promise<SourceReader>;
  /** Whether a change could have gone unnoticed by `open` and the reads after it: not where each of them was conditional on the validator. */
  needsConfirm(stat: SourceStat): boolean;
  /** Last look before the commit, where it is needed. Rejects with kind `changed`. */
  confirm(stat: SourceStat, signal: AbortSignal): Promise<void>;
}

export type TargetSession = UploadSession;

export interface TargetRequest {
  readonly size: number;
  readonly chunkSize: number;
  /** Refuse with `conflict` when something of this name appears meanwhile. */
  readonly ifAbsent?: boolean;
}

/** What is at the target now. */
export type TargetStat = Pick<ObjectStat, 'size' | 'eTag' | 'lastModified' | 'checksum'>;

export interface Target {
  /** As of the source. */
  readonly endpoint: string;
  /** A target without it takes chunks of any size and number. */
  readonly chunks?: ChunkLaw | undefined;
  /** An interrupted session can be finished under another name. */
  readonly renames?: boolean;
  /** Undefined while there is nothing of this name. */
  existing(signal: AbortSignal): Promise<TargetStat | undefined>;
  /** A whole small object in one go; absent where a session is the only way. */
  readonly putWhole?: ((request: TargetRequest, chunk: Chunk, signal: AbortSignal) => Promise<Verification>) | undefined;
  /** A copy that the store makes itself; absent where the source is another one, or it cannot. */
  readonly copyFrom?:
    | ((source: SourceStat, request: TargetRequest, signal: AbortSignal, course: CopyCourse) => Promise<Verification>)
    | undefined;
  /** `saved` is the state of an earlier session, or empty; `acks` the chunks of it that are known to be there. */
  open(request: TargetRequest, saved: string, signal: AbortSignal, acks: readonly ChunkAck[]): Promise<TargetSession>;
  /** Removes what an interrupted session left; nothing left is a success. */
  discard(request: TargetRequest, saved: string, signal: AbortSignal): Promise<void>;
  /** Removes uploads that were begun since then and hold nothing, since nobody knows of them; absent where there is no such thing. */
  readonly sweep?: ((since: Date, signal: AbortSignal) => Promise<void>) | undefined;
  /** For reading back what was written. */
  readonly copy: Source;
  /** Removes the object itself: of a copy that turned out wrong. */
  remove(signal: AbortSignal): Promise<void>;
}
