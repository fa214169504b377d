// Owns the two ends of one object's way: what it is read from and what it is written to.
import type { ChunkLaw, UploadSession } from '../providers/provider.ts';

export interface SourceStat {
  readonly size: number;
  /** Changes when the content does; empty when the source gives no validator. */
  readonly identity: string;
}

export interface SourceReader {
  /** Fills the whole buffer with the bytes that follow, or rejects. */
  fill(bytes: Buffer, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Source {
  stat(signal: AbortSignal): Promise<SourceStat>;
  /** Rejects with kind `changed` when the source is no longer what `stat` saw. */
  open(offset: number, stat: SourceStat, signal: AbortSignal): Promise<SourceReader>;
  /** Last look before the commit, for sources whose reads cannot be conditional. */
  confirm(stat: SourceStat, signal: AbortSignal): Promise<void>;
}

export type TargetSession = UploadSession;

export interface TargetRequest {
  readonly size: number;
  readonly chunkSize: number;
}

export interface Target {
  /** A target without it takes chunks of any size and number. */
  readonly chunks?: ChunkLaw | undefined;
  /** `saved` is the state of an earlier session, or empty. */
  open(request: TargetRequest, saved: string, signal: AbortSignal): Promise<TargetSession>;
  /** Removes what an interrupted session left; nothing left is a success. */
  discard(request: TargetRequest, saved: string, signal: AbortSignal): Promise<void>;
}
