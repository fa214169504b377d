// Owns the commands on transfers: start, pause, resume, cancel, recover, shut down; one engine for every kind of transfer.
import { randomUUID } from 'node:crypto';
import { Cleanups, mostOpen } from './cleanup.ts';
import { Connectivity } from './connectivity.ts';
import { Fenced, LedgerError, Stopped } from './errors.ts';
import type { TransferHistory } from './history.ts';
import { Endings, type Outcome } from './endings.ts';
import { EndpointGates } from './endpoint-gates.ts';
import { insist } from './insist.ts';
import type { EndpointResolver } from './item-endpoints.ts';
import type { Ledger, TransferFilter, TransferRow } from './ledger.ts';
import { checkLocalFile, checkLocalFolder } from './local-check.ts';
import { initialStatus, machineOf, next, type TransferEvent, type TransferStatus } from './machine.ts';
import { NothingToMove } from './listing.ts';
import { Blocked } from './obstacles.ts';
import { isMany, type TransferPlan } from './plan.ts';
import { Policies, type TransferPolicies } from './policies.ts';
import { Progress, TransferEvents } from './progress.ts';
import { sleep, type Sleep } from './retry.ts';
import { Run, within } from './run.ts';
import { runTransfer, type RunnerTools } from './runner.ts';
import { Scheduler } from './scheduler.ts';
import { checkSettings, defaultSettings, type TransferSettings } from './settings.ts';
import { SlabPool } from './slab-pool.ts';
import { storesOf } from './stores.ts';
import { Transitions } from './transitions.ts';
import { viewOf, type TransferView } from './view.ts';
import { Waits } from './waits.ts';

export interface EngineOptions {
  readonly ledger: Ledger;
  readonly history: TransferHistory;
  readonly endpoints: EndpointResolver;
  /** What users ask of their transfers; without it nothing is capped, verified or kept. */
  readonly policies?: TransferPolicies;
  readonly settings?: Partial<TransferSettings>;
  readonly now?: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  /** Gets defects and background failures; nothing else tells of them. */
  readonly report: (error: unknown) => void;
}

export type StartResult = { readonly transferId: string } | { readonly refused: 'queue-full' | 'shutting-down' };
export type CommandResult = 'ok' | 'unknown' | { readonly illegal: TransferStatus };

export class TransferEngine {
  readonly events: TransferEvents;
  readonly checkLocalFile = checkLocalFile;
  readonly checkLocalFolder = checkLocalFolder;
  readonly pool: SlabPool;
  readonly #tools: RunnerTools;
  readonly #transitions: Transitions;
  readonly #scheduler: Scheduler;
  readonly #waits: Waits;
  readonly #cleanups: Cleanups;
  readonly #endings: Endings;
  readonly #runs = new Map<string, Run>();
  readonly #closed = new AbortController();

  constructor(options: EngineOptions) {
    const { ledger, history, endpoints, report, now = Date.now } = options;
    const settings = checkSettings({ ...defaultSettings, ...options.settings });
    this.events = new TransferEvents(report);
    this.pool = new SlabPool({ slabBytes: settings.chunkBytes, maxSlabs: settings.maxSlabs });
    const progress = new Progress({ events: this.events, now, intervalMs: settings.progressIntervalMs });
    const retry = { settings: settings.retry, sleep: options.sleep ?? sleep, random: options.random ?? Math.random };
    this.#tools = {
      ledger,
      endpoints,
      settings,
      now,
      report,
      progress,
      retry,
      pool: this.pool,
      policies: new Policies(options.policies),
      gates: new EndpointGates(settings, now),
      connectivity: new Connectivity(),
    };
    this.#transitions = new Transitions({ ledger, history, progress, now });
    this.#scheduler = new Scheduler(settings.maxConcurrent, (id) => this.#execute(id));
    const goOn = (id: string): void => this.#scheduler.enqueue(id);
    this.#waits = new Waits({ ...this.#tools, settings: settings.block, sleep: retry.sleep, goOn });
    this.#cleanups = new Cleanups(this.#tools);
    this.#endings = new Endings({ ...this.#tools, transitions: this.#transitions, cleanups: this.#cleanups });
  }

  /** `id` has to be new. */
  start(plan: TransferPlan, id: string = randomUUID()): StartResult {
    if (this.#closed.signal.aborted) return { refused: 'shutting-down' };
    if (this.#scheduler.backlog + this.#waits.size >= this.#tools.settings.maxQueued) return { refused: 'queue-full' };
    const { source } = plan;
    const items = isMany(plan) ? [] : [{ key: source.type === 'object' ? source.key : '', size: 0 }];
    this.#tools.ledger.insert(newRow(id, plan, this.#tools.now()), items);
    this.#scheduler.enqueue(id);
    return { transferId: id };
  }

  /** Resolves when the chunk in flight is durable or given up; a transfer that completes meanwhile answers so. */
  async pause(id: string): Promise<CommandResult> {
    const refusal = this.#refusal(id, 'pause');
    if (refusal !== undefined) return refusal;
    const { pauseGraceMs: chunkMs, abortGraceMs: abortMs } = this.#tools.settings;
    // Again when somebody paused and resumed meanwhile; a run that would not let go within the graces is fenced off.
    for (let run = this.#runs.get(id), last: Run | undefined; run !== undefined && run !== last; last = run, run = this.#runs.get(id)) {
      await run.suspend('pause', { chunkMs, abortMs });
    }
    return this.#command(id, 'pause', () => this.#leave(id));
  }

  async resume(id: string): Promise<CommandResult> {
    if (this.#closed.signal.aborted) return { illegal: this.#tools.ledger.get(id)?.status ?? 'paused' };
    return this.#command(id, 'resume', () => this.#scheduler.enqueue(id));
  }

  /** Cancelled at once for the caller; what the target holds is removed in the background. */
  async cancel(id: string): Promise<CommandResult> {
    const refusal = this.#refusal(id, 'cancel');
    if (refusal !== undefined) return refusal;
    // A commit cannot be taken back, so it decides first, unless it hangs.
    await this.#runs.get(id)?.commitSettled(this.#tools.settings.pauseGraceMs);
    this.#recordEnds(id);
    return this.#command(id, 'cancel', () => {
      const run = this.#runs.get(id);
      run?.stopNow();
      this.#leave(id);
      this.#cleanups.sweep(id, run?.ended);
      this.#prune();
    });
  }

  get(id: string): TransferView | undefined {
    const row = this.#tools.ledger.get(id);
    return row === undefined ? undefined : this.#viewOf(row);
  }

  list(filter: TransferFilter): TransferView[] {
    return this.#tools.ledger.list(filter).map((row) => this.#viewOf(row));
  }

  /** At start: goes on with what was running or waiting, and sweeps what was left behind. Answers how many go on. */
  recover(): number {
    const rows = this.#tools.ledger.unfinished();
    for (const row of rows) {
      if (this.#transitions.renew(row) !== undefined) this.#scheduler.enqueue(row.id);
    }
    this.#cleanups.sweep();
    return rows.length;
  }

  /** Resolves when no clean-up is under way. */
  cleanedUp(): Promise<void> {
    return this.#cleanups.settled();
  }

  /** Suspends what runs; it stays resumable in the ledger, and the next `recover` goes on with it. */
  async shutdown(): Promise<void> {
    this.#closed.abort(new Stopped('shutdown'));
    this.#scheduler.stop();
    this.#waits.stop();
    this.#tools.connectivity.stop(new Stopped('shutdown'));
    const { pauseGraceMs: chunkMs, abortGraceMs: abortMs } = this.#tools.settings;
    await Promise.all([...this.#runs.values()].map((run) => run.suspend('shutdown', { chunkMs, abortMs })));
    await within(abortMs, this.#cleanups.settled());
    this.#cleanups.stop(new Stopped('shutdown'));
    await this.#cleanups.settled();
  }

  /** What a running transfer waits for is shown as its error until it goes on. */
  #viewOf(row: TransferRow): TransferView {
    const view = viewOf(row, this.#tools.now());
    const blocked = row.status === 'running' ? this.#waits.why(row.id) : undefined;
    return blocked === undefined ? view : { ...view, errorMessage: blocked };
  }

  /** It stands in no line any more. */
  #leave(id: string): void {
    this.#scheduler.remove(id);
    this.#waits.forget(id);
  }

  #recordEnds(id: string): void {
    try {
      this.#runs.get(id)?.recordEnds();
    } catch (error) {
      // A ledger that takes nothing says so to the command itself.
      if (!(error instanceof Fenced || error instanceof LedgerError)) throw error;
    }
  }

  #refusal(id: string, event: TransferEvent): CommandResult | undefined {
    const row = this.#tools.ledger.get(id);
    if (row === undefined) return 'unknown';
    return next(machineOf(row.kind), row.status, event) === undefined ? { illegal: row.status } : undefined;
  }

  #command(id: string, event: TransferEvent, then: () => void): CommandResult {
    const row = this.#tools.ledger.get(id);
    if (row === undefined) return 'unknown';
    if (this.#transitions.apply(row, event) === undefined) return { illegal: row.status };
    then();
    return 'ok';
  }

  /** Never rejects: what goes wrong is the transfer's failure, or reported. */
  async #execute(id: string): Promise<void> {
    try {
      const row = await insist(() => this.#begin(id), this.#closed.signal, this.#tools);
      // Paused and resumed while its start could not be recorded, it runs already.
      if (row !== undefined && this.#runs.get(id)?.owner.generation !== row.generation) await this.#run(new Run(row));
    } catch (error) {
      if (!(error instanceof Stopped)) this.#tools.report(error);
    }
  }

  #begin(id: string): TransferRow | undefined {
    const row = this.#tools.ledger.get(id);
    // A resumed or recovered transfer is running already, in a generation of its own.
    return row === undefined || row.status === 'running' ? row : this.#transitions.apply(row, 'start');
  }

  async #run(run: Run): Promise<void> {
    const { id } = run.row;
    this.#runs.set(id, run);
    // A session was opened with credentials that were taken.
    run.trusted ||= this.#waits.trusted(id) || this.#tools.ledger.openItems(id, -1, mostOpen).some(({ session }) => session !== '');
    const unused = this.#tools.connectivity.use(storesOf(run.row.plan, this.#tools));
    this.#tools.progress.begin(run.row);
    try {
      await this.#endings.conclude(run, await this.#outcomeOf(run));
    } finally {
      unused();
      if (this.#runs.get(id) === run) this.#runs.delete(id);
      run.markEnded();
      // A cancel has arranged for its own clean-up.
      if (['completed', 'failed'].includes(this.#tools.ledger.get(id)?.status ?? '')) this.#waits.forget(id);
      this.#prune();
    }
  }

  /** Undefined when somebody else decides how the transfer goes on. */
  async #outcomeOf(run: Run): Promise<(() => Outcome) | undefined> {
    try {
      await runTransfer(run, this.#tools, () => this.#endings.recordNow(run));
    } catch (error) {
      if (error instanceof NothingToMove) return () => this.#endings.counted(run);
      if (error instanceof Blocked) return this.#wait(run, error);
      return run.stopped || error instanceof Fenced ? undefined : this.#endings.failure(error);
    }
    return () => this.#endings.counted(run);
  }

  /** The run is over and gives everything back; the next one goes on where the ledger says. Undefined when it waits, or somebody else decides. */
  #wait(run: Run, blocked: Blocked): (() => Outcome) | undefined {
    const row = this.#tools.ledger.get(run.row.id);
    if (run.stopped || row?.status !== 'running' || row.generation !== run.owner.generation) return undefined;
    if (!this.#waits.add(row, blocked, run.trusted)) return this.#endings.failure(blocked.cause);
    this.#tools.progress.wait(row, blocked.message);
    return undefined;
  }

  #prune(): void {
    this.#tools.ledger.prune(this.#tools.settings.keepFinished);
  }
}

const newRow = (id: string, plan: TransferPlan, startedAt: number): TransferRow => ({
  id,
  kind: plan.kind,
  status: initialStatus(plan.kind),
  generation: 1,
  plan,
  listed: !isMany(plan),
  totalBytes: 0,
  bytes: 0,
  startedAt,
  endedAt: null,
  pausedAt: null,
  pausedMs: 0,
  error: null,
});
