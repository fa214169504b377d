// Owns the interface to the durable memory of the engine; the store implements it, the engine never sees SQL.
import type { ChunkAck, Verification } from '../providers/provider.ts';
import type { TransferKind, TransferStatus } from './machine.ts';
import type { TransferPlan } from './plan.ts';

export interface TransferRow {
  readonly id: string;
  readonly kind: TransferKind;
  readonly status: TransferStatus;
  /** Bumped by every start, resume and recovery; results of an older generation are dropped. */
  readonly generation: number;
  readonly plan: TransferPlan;
  /** False until the items of a folder are all known. */
  readonly listed: boolean;
  readonly totalBytes: number;
  /** Bytes that the target holds. */
  readonly bytes: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly pausedAt: number | null;
  readonly pausedMs: number;
  readonly error: string | null;
}

export type ItemState = 'waiting' | 'moving' | 'done' | 'failed' | 'skipped';

/** What was proven of a copy: what its target could prove, or equal SHA-256 of both ends. */
export type Proof = Verification | 'sha256';

/** A copy that is visible at the target and not verified yet. */
export interface PublishedCopy {
  /** What its commit has proven. */
  readonly proof: Proof;
  /** Which version of the object it is, as its own source tells it; empty when nobody has looked. */
  readonly identity: string;
}

/** What is decided about an item before anything of it exists at the target. */
export type Decided = Pick<ItemRow, 'size' | 'identity' | 'chunkSize' | 'targetKey' | 'ifAbsent'>;

/** One object of a transfer; every transfer that is not a folder has exactly one. */
export interface ItemRow {
  readonly n: number;
  readonly key: string;
  readonly state: ItemState;
  readonly size: number;
  readonly bytes: number;
  /** 0 until the item was begun. */
  readonly chunkSize: number;
  readonly identity: string;
  /** State of the upload session, or empty. */
  readonly session: string;
  /** The name at the target, where it is another one than the plan says. */
  readonly targetKey: string | null;
  /** It was decided that the copy must replace nothing. */
  readonly ifAbsent: boolean;
  readonly published: PublishedCopy | null;
}

export interface NewItem {
  readonly key: string;
  readonly size: number;
  /** The version that the listing saw; empty when it does not say. */
  readonly identity?: string;
  /** The name at the target, where two objects of one transfer could want the same: the first has it, the others fail. */
  readonly targetKey?: string;
  /** The name as a target sees it that does not tell all names apart: the first object that has it is moved, the others fail. */
  readonly folded?: string;
  /** Why it cannot be moved, as the listing found out: counted as failed from the start. */
  readonly error?: string;
}

/** How an item ended. */
export type ItemEnd =
  | { readonly state: 'done'; readonly size: number; readonly proof: Proof; readonly targetKey?: string | null }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'skipped' };

export interface Checkpoint {
  /** Bytes that the target holds. */
  readonly bytes: number;
  readonly session: string;
  /** The chunks that became durable since the last one. */
  readonly acks: readonly ChunkAck[];
}

/** Who writes: refused unless the transfer is running in this generation. */
export interface Owner {
  readonly id: string;
  readonly generation: number;
}

export interface StatusChange {
  readonly status: TransferStatus;
  readonly generation: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly pausedAt?: number | null;
  readonly pausedMs?: number;
  readonly error?: string;
}

export interface ItemCounts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** An item whose target may still hold an interrupted session. */
export interface Leftover {
  readonly transferId: string;
  readonly plan: TransferPlan;
  /** When the transfer was, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly item: ItemRow;
}

export interface TransferFilter {
  readonly kind?: TransferKind;
  readonly accountId?: string;
}

export type Counters = Pick<TransferRow, 'bytes' | 'totalBytes'>;

/** Each method is one transaction. Methods with an `Owner` answer undefined or false when the owner was fenced off. */
export interface Ledger {
  insert(row: TransferRow, items: readonly NewItem[]): void;
  get(id: string): TransferRow | undefined;
  list(filter: TransferFilter): TransferRow[];
  /** Rows that a start of the engine goes on with, oldest first. */
  unfinished(): TransferRow[];
  /** Compare-and-set on status and generation; `within` runs in the same transaction, with the changed row. */
  change(row: Pick<TransferRow, 'id' | 'status' | 'generation'>, to: StatusChange, within?: (row: TransferRow) => void): boolean;
  /** Keys that are known already, from a listing that was interrupted, are left as they are. */
  addItems(owner: Owner, items: readonly NewItem[]): Counters | undefined;
  finishListing(owner: Owner): boolean;
  /** Items still to be moved with a number above `after`, in order. */
  openItems(id: string, after: number, limit: number): ItemRow[];
  hasOpenItems(id: string): boolean;
  chunks(id: string, n: number): ChunkAck[];
  /** Freezes size, identity, chunk size and name before anything exists at the target. */
  beginItem(owner: Owner, n: number, decided: Decided): boolean;
  /** The copy is visible and has to be verified; its session and chunks are forgotten. */
  publishItem(owner: Owner, n: number, decided: Decided, copy: PublishedCopy): Counters | undefined;
  checkpoint(owner: Owner, n: number, progress: Checkpoint): Counters | undefined;
  /** Forgets the chunks of a session that is gone. */
  dropChunks(owner: Owner, n: number): boolean;
  /** Several ends in one transaction; an item that was counted already counts once. */
  endItems(owner: Owner, ends: ReadonlyMap<number, ItemEnd>): Counters | undefined;
  counts(id: string): ItemCounts;
  firstError(id: string): string | undefined;
  /** The least that was proven of any copy; undefined when there is none. */
  proof(id: string): Proof | undefined;
  /** Of finished transfers and failed items only: what nobody will go on with. */
  leftovers(id?: string): Leftover[];
  clearLeftover(id: string, n: number): void;
  /** Of an item without a session: one that could not be removed, for the next sweep. */
  keepLeftover(id: string, n: number, session: string): void;
  /** Of a transfer that was cancelled or has failed: a published copy that nobody will verify any more, for the clean-up. */
  keepUnverified(id: string, n: number, decided: Decided, copy: PublishedCopy): void;
  /** Drops the oldest finished transfers that left nothing behind. */
  prune(keep: number): void;
}
