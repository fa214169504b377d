// Owns the progress events: at most ten a second for each transfer, always the first and the last, only what is durable.
import type { Counters, TransferRow } from './ledger.ts';
import { directionOf, isCloud, storageOf } from './plan.ts';

export type ProgressStatus = 'InProgress' | 'Completed' | 'Failed' | 'Paused' | 'Canceled';

export interface ProgressEvent {
  readonly transferId: string;
  readonly mode: 'Upload' | 'Download';
  readonly status: ProgressStatus;
  readonly path: string;
  readonly bytes: number;
  readonly size: number;
  readonly error: string | null;
  readonly name: string;
  readonly storageName: string;
  readonly storageType: string;
  /** Bytes per second. */
  readonly speed: number;
  readonly durationMs: number;
  readonly startTime: Date;
  readonly progressTime: Date;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** A listener that throws must not harm the transfer; `report` gets what it threw. */
export class TransferEvents {
  readonly #listeners = new Set<ProgressListener>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Answers the function that unsubscribes. */
  onProgress(listener: ProgressListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ProgressEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}

interface Pace {
  emittedAt: number;
  sampledAt: number;
  sampledBytes: number;
  speed: number;
}

/** Weight of the newest sample in the speed that is shown. */
const smoothing = 0.3;

export class Progress {
  readonly #paces = new Map<string, Pace>();
  readonly #events: TransferEvents;
  readonly #now: () => number;
  readonly #intervalMs: number;

  constructor(options: { events: TransferEvents; now: () => number; intervalMs: number }) {
    this.#events = options.events;
    this.#now = options.now;
    this.#intervalMs = options.intervalMs;
  }

  begin(row: TransferRow): void {
    const now = this.#now();
    this.#paces.set(row.id, { emittedAt: now, sampledAt: now, sampledBytes: row.bytes, speed: 0 });
    this.#emit(row, 'InProgress', 0);
  }

  advance(row: TransferRow, counters: Counters): void {
    const pace = this.#paces.get(row.id);
    const now = this.#now();
    if (pace === undefined || now - pace.emittedAt < this.#intervalMs) return;
    this.#sample(pace, counters.bytes, now);
    pace.emittedAt = now;
    this.#emit({ ...row, ...counters }, 'InProgress', pace.speed);
  }

  /** The transfer waits, and has stopped moving until the next `begin`. */
  wait(row: TransferRow, why: string): void {
    this.#emit({ ...row, error: why }, 'InProgress', 0);
  }

  /** `row` as it stands after the transition that stopped the transfer. */
  end(row: TransferRow, status: Exclude<ProgressStatus, 'InProgress'>): void {
    this.#paces.delete(row.id);
    const elapsed = Math.max(1, this.#durationOf(row));
    this.#emit(row, status, (row.bytes / elapsed) * 1000);
  }

  forget(id: string): void {
    this.#paces.delete(id);
  }

  #sample(pace: Pace, bytes: number, now: number): void {
    const recent = (Math.max(0, bytes - pace.sampledBytes) / Math.max(1, now - pace.sampledAt)) * 1000;
    pace.speed = pace.speed === 0 ? recent : pace.speed + smoothing * (recent - pace.speed);
    pace.sampledAt = now;
    pace.sampledBytes = bytes;
  }

  #durationOf(row: TransferRow): number {
    return Math.max(0, (row.endedAt ?? row.pausedAt ?? this.#now()) - row.startedAt - row.pausedMs);
  }

  #emit(row: TransferRow, status: ProgressStatus, speed: number): void {
    const { plan } = row;
    const storage = storageOf(plan);
    this.#events.emit({
      transferId: row.id,
      mode: directionOf(plan) === 'upload' ? 'Upload' : 'Download',
      status,
      path: isCloud(plan.source) ? plan.source.key : plan.source.path,
      bytes: row.bytes,
      size: row.totalBytes,
      error: row.error,
      name: plan.name,
      storageName: storage.bucket,
      storageType: plan.storageType,
      speed: Math.round(speed),
      durationMs: this.#durationOf(row),
      startTime: new Date(row.startedAt),
      progressTime: new Date(this.#now()),
    });
  }
}
