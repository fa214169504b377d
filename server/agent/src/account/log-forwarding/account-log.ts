// Owns telling an account's log destination what happened in the account: calls, sign-ins, ends of transfers.
import type { ProgressEvent } from '../../transfers/progress.ts';
import type { UserStore } from '../../store/user-store.ts';
import { type LogEvent, plain } from './events.ts';
import type { LogForwarder } from './forwarder.ts';
import { hecText } from './splunk-hec.ts';

export interface Who {
  readonly accountId: string;
  readonly userId: string;
}

export interface LoggedCall {
  readonly operation: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly code: string;
  readonly client: string;
  readonly origin: string;
  /** Undefined when nobody is known to have called; such a call belongs to no account. */
  readonly caller: Who | undefined;
}

export interface AccountLogDependencies {
  readonly forwarder: LogForwarder;
  readonly users: Pick<UserStore, 'findById'>;
  readonly now: () => number;
  /** The name of this machine. */
  readonly host: string;
}

const outcomes = { Completed: 'completed', Canceled: 'cancelled', Failed: 'failed' } as const;
const isEnd = (status: string): status is keyof typeof outcomes => Object.hasOwn(outcomes, status);

export class AccountLog {
  readonly #forwarder: LogForwarder;
  readonly #users: AccountLogDependencies['users'];
  readonly #now: () => number;
  readonly #host: string;

  constructor({ forwarder, users, now, host }: AccountLogDependencies) {
    this.#forwarder = forwarder;
    this.#users = users;
    this.#now = now;
    this.#host = host;
  }

  /** Reading changes nothing, and would drown the rest. */
  call({ operation, method, route, status, code, client, origin, caller }: LoggedCall): void {
    if (method === 'GET' || caller === undefined) return;
    this.#tell(caller, (username) => ({
      event: 'call',
      operation,
      method,
      path: route,
      status,
      code,
      userId: caller.userId,
      username,
      client,
      origin: plain(origin),
    }));
  }

  /** `code` is empty for a success. */
  signIn(who: Who, code: string): void {
    this.#tell(who, (username) => ({
      event: 'sign-in',
      outcome: code === '' ? 'success' : 'failure',
      code,
      userId: who.userId,
      username,
    }));
  }

  /** Any progress of a transfer; its end is told, and only then is its owner looked up. */
  transfer(progress: ProgressEvent, ownerOf: (transferId: string) => Who | undefined): void {
    const { status } = progress;
    const who = isEnd(status) ? ownerOf(progress.transferId) : undefined;
    if (!isEnd(status) || who === undefined) return;
    this.#tell(who, (username) => ({
      event: 'transfer',
      outcome: outcomes[status],
      transferId: progress.transferId,
      name: plain(progress.name),
      userId: who.userId,
      username,
      bytes: progress.bytes,
      size: progress.size,
      durationMs: progress.durationMs,
      error: plain(progress.error ?? ''),
    }));
  }

  #tell({ accountId, userId }: Who, event: (username: string) => LogEvent): void {
    if (!this.#forwarder.wants(accountId)) return;
    const username = this.#users.findById(userId)?.username ?? '';
    this.#forwarder.accept(accountId, hecText(event(username), this.#now(), this.#host));
  }
}
