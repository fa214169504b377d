// Owns reaching the source server of a transfer, with a deadline for every question.
import { type PushOrder, type PushServer, type PushState } from '../../providers/http-push.ts';
import { ProviderError, type ProviderAccount } from '../../providers/provider.ts';
import { withRetries, type RetryTools } from '../retry.ts';
import type { P2PSettings } from './settings.ts';
import type { P2PRow } from './transfer.ts';

export type SourceAddress = Pick<ProviderAccount, 'serviceUrl' | 'accessKey' | 'secretKey'>;

export interface SourceServerOptions {
  /** The address and the keys of the source server, from the stored account or from what was sealed. */
  readonly addressOf: (row: P2PRow) => SourceAddress;
  readonly connect: (address: SourceAddress) => PushServer;
  readonly settings: P2PSettings;
  readonly retry: RetryTools;
}

export interface OrderCourse {
  readonly unwanted: AbortSignal;
  /** Called with the failure of every attempt. */
  readonly failed: (error: unknown) => void;
}

/** What the agent itself answers for a cloud account that is not there. */
export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'NOT_FOUND';

export class SourceServers {
  readonly #options: SourceServerOptions;

  constructor(options: SourceServerOptions) {
    this.#options = options;
  }

  /** A lost answer is no harm: the order has an id of its own. Once it is unwanted it is not sent again. */
  async order(row: P2PRow, order: PushOrder, { unwanted, failed }: OrderCourse): Promise<PushState> {
    const { settings, retry } = this.#options;
    return await this.#within(settings.commandMs, (signal) =>
      withRetries(retry, AbortSignal.any([signal, unwanted]), async () => {
        try {
          return await this.#server(row).order(row.id, order, signal);
        } catch (error) {
          failed(error);
          throw error;
        }
      }),
    );
  }

  async state(row: P2PRow, stop?: AbortSignal): Promise<PushState> {
    return await this.#within(this.#options.settings.askMs, (signal) => this.#server(row).state(row.id, signal), stop);
  }

  async command(row: P2PRow, command: 'pause' | 'resume' | 'cancel', stop?: AbortSignal): Promise<PushState> {
    return await this.#within(this.#options.settings.commandMs, (signal) => this.#server(row).command(row.id, command, signal), stop);
  }

  #server(row: P2PRow): PushServer {
    const { addressOf, connect } = this.#options;
    return connect(addressOf(row));
  }

  async #within<T>(ms: number, ask: (signal: AbortSignal) => Promise<T>, stop?: AbortSignal): Promise<T> {
    const deadline = new AbortController();
    const late = (): void => deadline.abort(new ProviderError('unavailable', `the source server did not answer within ${ms} ms`));
    const stopped = (): void => deadline.abort(stop?.reason);
    const timer = setTimeout(late, ms);
    if (stop?.aborted === true) stopped();
    stop?.addEventListener('abort', stopped, { once: true });
    try {
      return await ask(deadline.signal);
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener('abort', stopped);
    }
  }
}
