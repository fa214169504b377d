// Owns one run of a transfer: find out what there is to move, move it, several objects at once, and say how it ended.
import { mkdir } from 'node:fs/promises';
import { discardLeftover } from './cleanup.ts';
import { explain, Fenced, localFileError } from './errors.ts';
import { relativeKey } from './item-endpoints.ts';
import { ItemEnds } from './item-ends.ts';
import { ItemMover } from './item-mover.ts';
import type { MoveTools } from './move.ts';
import type { ItemEnd, ItemRow } from './ledger.ts';
import { listItems } from './listing.ts';
import { isMany, type FolderRef, type TransferPlan } from './plan.ts';
import type { Throttle } from './policies.ts';
import { isRetryable } from './retry.ts';
import type { Run } from './run.ts';
import { assertInside, pathBelow } from './safe-path.ts';
import type { Lease, SlabPool } from './slab-pool.ts';
import { concernsAll, Streak } from './trouble.ts';

export interface RunnerTools extends MoveTools {
  readonly pool: SlabPool;
}

/** Calls `lastMoved` in the commit of the last item, so that nothing can come between publishing and recording it. */
export async function runTransfer(run: Run, tools: RunnerTools, lastMoved: () => void): Promise<void> {
  const lease = tools.pool.lease();
  try {
    await new TransferRunner(run, tools, lease, lastMoved).run();
  } finally {
    lease.close();
  }
}

class TransferRunner {
  readonly #run: Run;
  readonly #tools: RunnerTools;
  readonly #lease: Lease;
  readonly #lastMoved: () => void;
  readonly #throttle: Throttle;
  readonly #ends: ItemEnds;
  readonly #many: boolean;
  readonly #streak: Streak;
  /** The highest number that was handed out. */
  #taken = -1;
  #ready: ItemRow[] = [];
  #listing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Wakes those who wait for the listing. */
  #wake: () => void = () => undefined;
  #grown: Promise<void> = Promise.resolve();

  constructor(run: Run, tools: RunnerTools, lease: Lease, lastMoved: () => void) {
    this.#run = run;
    this.#tools = tools;
    this.#lease = lease;
    this.#lastMoved = lastMoved;
    this.#throttle = tools.policies.throttleFor(run.row.plan, run.row.id);
    this.#ends = new ItemEnds(run, tools);
    this.#many = isMany(run.row.plan);
    this.#streak = new Streak(tools.settings.failuresInRow);
    run.recordEnds = () => this.#ends.flush();
  }

  async run(): Promise<void> {
    const { row } = this.#run;
    if (!row.listed) this.#list();
    const workers = this.#many ? this.#tools.settings.objectsAtOnce : 1;
    const results = await Promise.allSettled([...Array.from({ length: workers }, () => this.#work()), this.#listing]);
    // What ended before a failure has ended.
    await this.#settleEnds();
    if (this.#failure !== undefined) throw this.#failure.error;
    const stopped = results.find((result) => result.status === 'rejected');
    if (stopped !== undefined) throw stopped.reason;
    this.#run.hard.throwIfAborted();
  }

  /** A run that was cut off has no time to lose, and may no longer own its transfer. */
  async #settleEnds(): Promise<void> {
    try {
      if (this.#run.hard.aborted) this.#ends.flush();
      else await this.#ends.settle();
    } catch (error) {
      if (!this.#run.hard.aborted) throw error;
      if (!(error instanceof Fenced)) this.#tools.report(error);
    }
  }

  /** Objects are moved while the rest is still being listed. */
  #list(): void {
    const grow = (): void => {
      this.#grown = new Promise((resolve) => (this.#wake = resolve));
    };
    const tell = (): void => {
      this.#wake();
      grow();
    };
    grow();
    this.#listing = listItems(this.#run, this.#tools, tell)
      .catch((error: unknown) => {
        throw this.#stop(error);
      })
      .finally(() => {
        this.#listing = undefined;
        this.#wake();
      });
    this.#listing.catch(() => undefined);
  }

  async #work(): Promise<void> {
    for (;;) {
      this.#run.soft.throwIfAborted();
      const item = this.#next();
      if (item !== undefined) await this.#move(item);
      else if (this.#listing === undefined) return;
      else await Promise.race([this.#grown, this.#listing]);
    }
  }

  #next(): ItemRow | undefined {
    if (this.#ready.length === 0) this.#ready = this.#tools.ledger.openItems(this.#run.row.id, this.#taken, 128).reverse();
    const item = this.#ready.pop();
    if (item !== undefined) this.#taken = item.n;
    return item;
  }

  async #move(item: ItemRow): Promise<void> {
    const { plan } = this.#run.row;
    try {
      if (isFolderMarker(plan, item)) await this.#makeFolder(item);
      else {
        const ended = (end: ItemEnd): Promise<void> => this.#end(item.n, end);
        await new ItemMover({ run: this.#run, item, lease: this.#lease, throttle: this.#throttle, ended }, this.#tools).move();
      }
    } catch (error) {
      if (!this.#many || this.#run.soft.aborted || concernsAll(error)) throw this.#stop(error);
      await this.#failItem(item, error);
    }
  }

  /** One object's failure that is everybody's: the other workers need not find out for themselves. */
  #stop(error: unknown): unknown {
    if (!this.#run.soft.aborted) this.#failure ??= { error };
    if (this.#many) this.#run.giveUp();
    return error;
  }

  async #end(n: number, end: ItemEnd): Promise<void> {
    if (end.state !== 'failed') this.#streak.passed();
    const adding = this.#ends.add(n, end);
    if (adding !== undefined) await adding;
    if (this.#many) return;
    const recording = this.#ends.settle();
    if (recording !== undefined) await recording;
    this.#lastMoved();
  }

  /**
   * A failed object is counted; one too many in a row ends the transfer. What it left behind goes now, and is swept later when that fails
   * or when the store does not answer anyway.
   */
  async #failItem(item: ItemRow, cause: unknown): Promise<void> {
    const { row, soft } = this.#run;
    const down = this.#streak.failed(cause);
    await this.#end(item.n, { state: 'failed', error: explain(cause) });
    await this.#ends.settle();
    if (down) throw this.#stop(cause);
    if (isRetryable(cause)) return;
    const leftover = this.#tools.ledger.leftovers(row.id).find((left) => left.item.n === item.n);
    if (leftover === undefined) return;
    await discardLeftover(leftover, soft, this.#tools).catch(this.#tools.report);
  }

  async #makeFolder(item: ItemRow): Promise<void> {
    const { plan } = this.#run.row;
    const { path: root } = plan.target as FolderRef;
    const relative = relativeKey(plan, item.key).slice(0, -1);
    const path = relative === '' ? root : pathBelow(root, relative);
    await this.#run.commit(async () => {
      try {
        await mkdir(root, { recursive: true });
        if (path !== root) await assertInside(root, path);
        await mkdir(path, { recursive: true });
      } catch (error) {
        throw localFileError(error, path);
      }
      await this.#end(item.n, { state: 'done', size: 0, proof: 'size' });
    });
  }
}

const isFolderMarker = (plan: TransferPlan, item: ItemRow): boolean =>
  plan.target.type === 'folder' && item.key.endsWith('/') && item.size === 0;
