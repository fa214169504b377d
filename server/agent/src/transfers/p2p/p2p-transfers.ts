// Owns the commands on P2P transfers: initiate, status, pause, resume, cancel, list, recover; the source server moves the bytes.
import { randomUUID } from 'node:crypto';
import type { PushServer, PushState } from '../../providers/http-push.ts';
import { ProviderError } from '../../providers/provider.ts';
import { isExplained } from '../errors.ts';
import type { TransferHistory } from '../history.ts';
import { TransferEvents } from '../progress.ts';
import { sleep, type Sleep } from '../retry.ts';
import { Announcements } from './announcements.ts';
import { Followers } from './followers.ts';
import { Orders, type Ordered, type P2PRequest } from './orders.ts';
import { defaultP2PSettings, type P2PSettings } from './settings.ts';
import { isGone, type SourceAddress, SourceServers } from './source-servers.ts';
import { P2PTransitions } from './transitions.ts';
import { isOver, newP2PRow, nextP2P, type P2PLedger, type P2PRow, type P2PStatus } from './transfer.ts';

export interface P2POptions {
  readonly ledger: P2PLedger;
  readonly history: TransferHistory;
  readonly addressOf: (row: P2PRow) => SourceAddress;
  /** Seals the keys of a source server that came with a request. */
  readonly seal: (id: string, address: SourceAddress) => string;
  readonly connect: (address: SourceAddress) => PushServer;
  readonly settings?: Partial<P2PSettings>;
  readonly now: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  readonly report: (error: unknown) => void;
}

export type P2PInitiated =
  | { readonly transferId: string }
  | { readonly refused: 'queue-full' | 'shutting-down' }
  // Before the source server had taken the push.
  | { readonly refused: 'cancelled' };
export type P2PRefusal = { readonly illegal: P2PStatus } | { readonly unconfirmed: string };
export type P2PCommanded = { readonly row: P2PRow; readonly server: PushState } | P2PRefusal;
export type P2PCancelled = { readonly row: P2PRow; readonly serverCancelled: boolean } | P2PRefusal;

const retry = { baseMs: 250, capMs: 2_000, retryAfterCapMs: 5_000, maxAttempts: 3 };
const kindOf = (error: unknown): string => (error instanceof ProviderError ? error.kind : '');

export class P2PTransfers {
  readonly events: TransferEvents;
  readonly #options: P2POptions;
  readonly #settings: P2PSettings;
  readonly #transitions: P2PTransitions;
  readonly #sources: SourceServers;
  readonly #orders: Orders;
  readonly #followers: Followers;
  /** Everything that this process has had to do with. */
  readonly #tracked = new Set<string>();
  #closing = false;

  constructor(options: P2POptions) {
    const { ledger, history, now, report, random = Math.random } = options;
    const wait = options.sleep ?? sleep;
    this.#options = options;
    this.#settings = { ...defaultP2PSettings, ...options.settings };
    this.events = new TransferEvents(report);
    const announcements = new Announcements(this.events, now);
    this.#transitions = new P2PTransitions({ ledger, history, now, announcements, keepFinished: this.#settings.keepFinished });
    this.#sources = new SourceServers({ ...options, settings: this.#settings, retry: { settings: retry, sleep: wait, random } });
    this.#orders = new Orders(this.#sources);
    const tools = { ledger, report, now, random, sleep: wait, settings: this.#settings };
    this.#followers = new Followers({ ...tools, sources: this.#sources, transitions: this.#transitions });
  }

  /** Resolves once the source server has taken the push; rejects with its refusal, and the transfer has failed then. */
  async initiate(request: P2PRequest): Promise<P2PInitiated> {
    const { ledger, seal, now } = this.#options;
    if (this.#closing) return { refused: 'shutting-down' };
    if (ledger.open().length >= this.#settings.maxOpen) return { refused: 'queue-full' };
    const id = randomUUID();
    const { plan, sourceAddress } = request;
    const row = newP2PRow(id, plan, sourceAddress === undefined ? null : seal(id, sourceAddress), now());
    ledger.insert(row);
    this.#tracked.add(id);
    const ordered = await this.#orders.send(row, request);
    if ('push' in ordered) {
      await this.#accepted(row, ordered.push);
      return { transferId: id };
    }
    this.#refused(row, ordered);
    if (this.#latest(row).status === 'cancelled') return { refused: 'cancelled' };
    throw ordered.refusal;
  }

  get(id: string): P2PRow | undefined {
    return this.#options.ledger.get(id);
  }

  /** What this process has tracked, of one account. */
  list(accountId: string): P2PRow[] {
    const rows: P2PRow[] = [];
    for (const id of this.#tracked) {
      const row = this.get(id);
      if (row === undefined) this.#tracked.delete(id);
      else if (row.plan.accountId === accountId) rows.push(row);
    }
    return rows;
  }

  /** What the agent knows together with what the source server tells; `trouble` says why that one could not be asked. */
  async status(row: P2PRow): Promise<{ row: P2PRow; trouble: string | null }> {
    if (isOver(row.status)) return { row, trouble: null };
    try {
      return { row: this.#merge(row, await this.#sources.state(row)), trouble: null };
    } catch (error) {
      return { row: this.#latest(row), trouble: `The source server cannot be asked: ${this.#explain(error)}` };
    }
  }

  async pause(row: P2PRow): Promise<P2PCommanded> {
    return await this.#command(row, 'pause', ({ status }) => status === 'paused');
  }

  async resume(row: P2PRow): Promise<P2PCommanded> {
    return await this.#command(row, 'resume', ({ status }) => status !== 'paused' && status !== 'cancelled' && status !== 'failed');
  }

  /** The source server decides as long as it answers; else it is told when it answers again. */
  async cancel(row: P2PRow): Promise<P2PCancelled> {
    if (nextP2P(row.status, 'cancel') === undefined) return { illegal: row.status };
    const told = await this.#sources.command(row, 'cancel').catch((error: unknown) => error);
    if (!(told instanceof Error)) {
      const after = this.#merge(row, told as PushState);
      if (after.status !== 'cancelled') return { illegal: after.status };
      this.#orders.callOff(row.id);
      return { row: after, serverCancelled: true };
    }
    if (kindOf(told) === 'conflict') {
      const { row: after } = await this.status(row);
      if (isOver(after.status)) return { illegal: after.status };
    }
    // One that is not there yet may still come: the order could be on its way.
    const tellCancel = kindOf(told) !== 'missing' || row.status === 'initiating';
    const after = this.#transitions.apply(this.#latest(row), 'cancel', { tellCancel });
    if (after === undefined) return { illegal: this.#latest(row).status };
    this.#orders.callOff(row.id);
    if (tellCancel) this.#followers.follow(row.id);
    return { row: after, serverCancelled: false };
  }

  /** At start: follows what is not over. Answers how many. */
  recover(): number {
    const rows = this.#options.ledger.open();
    for (const { id } of rows) {
      this.#tracked.add(id);
      this.#followers.follow(id);
    }
    return rows.length;
  }

  /** The pushes go on without the agent; the next `recover` follows them again. */
  async shutdown(): Promise<void> {
    this.#closing = true;
    await this.#followers.stop();
  }

  /** The answer to the command is not taken for the state: the server is asked once more. */
  async #command(known: P2PRow, command: 'pause' | 'resume', confirms: (push: PushState) => boolean): Promise<P2PCommanded> {
    const { row, trouble } = await this.#allowing(known, command);
    if (trouble !== null) return { unconfirmed: trouble };
    if (nextP2P(row.status, command) === undefined) return { illegal: row.status };
    try {
      await this.#sources.command(row, command).catch((error: unknown) => {
        if (kindOf(error) !== 'conflict') throw error;
      });
      const server = await this.#sources.state(row);
      const after = this.#merge(row, server);
      if (confirms(server)) return { row: after, server };
      return isOver(after.status) ? { illegal: after.status } : { unconfirmed: `the source server says that the push is ${server.status}` };
    } catch (error) {
      return { unconfirmed: this.#explain(error) };
    }
  }

  /** What is known of a transfer may be older than its state: the server is asked before it forbids a command. */
  async #allowing(row: P2PRow, command: 'pause' | 'resume'): Promise<{ row: P2PRow; trouble: string | null }> {
    return nextP2P(row.status, command) === undefined ? await this.status(row) : { row, trouble: null };
  }

  async #accepted(ordered: P2PRow, push: PushState): Promise<void> {
    const row = this.get(ordered.id);
    if (row === undefined) return;
    if (isOver(row.status)) return await this.#unwanted(row, ordered, push);
    const accepted = push.status === 'pending' ? row : (this.#transitions.apply(row, 'accept') ?? row);
    this.#merge(accepted, push);
    this.#followers.follow(row.id);
  }

  /** Cancelled while its order was on its way. What was told before the order arrived was told of nothing. */
  async #unwanted(row: P2PRow, ordered: P2PRow, push: PushState): Promise<void> {
    if (push.status === 'cancelled') return;
    this.#options.ledger.change(row, { tellCancel: true, sourceKeys: ordered.sourceKeys });
    await this.#followers.tell(row.id);
  }

  /** When nobody knows whether the order arrived, the server is told that it is off. */
  #refused(row: P2PRow, { refusal, doubtful }: Exclude<Ordered, { push: PushState }>): void {
    this.#transitions.apply(this.#latest(row), 'fail', { error: this.#explain(refusal), tellCancel: doubtful });
    if (doubtful) this.#followers.follow(row.id);
  }

  #merge(row: P2PRow, push: PushState): P2PRow {
    return this.#transitions.merge(this.#latest(row), push);
  }

  #latest(row: P2PRow): P2PRow {
    return this.get(row.id) ?? row;
  }

  #explain(error: unknown): string {
    if (isExplained(error)) return error.message;
    if (isGone(error)) return 'Its cloud account is gone.';
    this.#options.report(error);
    return 'an internal error; see the log of the agent.';
  }
}
