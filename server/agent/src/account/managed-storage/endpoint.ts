// Owns the endpoint that all managed storage lies on: how it is reached, for how long, and what its failures mean to a caller.
import {
  type BucketAdministration,
  type KeyAdministration,
  type Provider,
  type ProviderAccount,
  ProviderError,
} from '../../providers/provider.ts';
import { Failure, refusal } from '../failure.ts';

export interface EndpointOptions {
  /** With the keys of the endpoint, which open everything on it. */
  readonly connection: ProviderAccount;
  readonly providerFor: (account: ProviderAccount) => Provider;
  /** How long one step may take. */
  readonly timeoutMs: number;
}

export type Step<T> = (provider: Provider, signal: AbortSignal) => Promise<T>;

export class Endpoint {
  readonly connection: ProviderAccount;
  /** The host that storage keys are used at. */
  readonly host: string;
  readonly #providerFor: EndpointOptions['providerFor'];
  readonly #timeoutMs: number;

  constructor({ connection, providerFor, timeoutMs }: EndpointOptions) {
    this.connection = connection;
    this.host = new URL(connection.endpoint || connection.serviceUrl).hostname;
    this.#providerFor = providerFor;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects with `unavailable` when the step takes too long, and as a defect of the installation when its keys are refused. */
  async step<T>(work: Step<T>, signal: AbortSignal, timeoutMs = this.#timeoutMs): Promise<T> {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return await work(this.#providerFor(this.connection), AbortSignal.any([signal, deadline]));
    } catch (error) {
      if (deadline.aborted && !signal.aborted)
        throw new ProviderError('unavailable', 'The storage endpoint did not answer in time.', { cause: error });
      if (error instanceof ProviderError && error.kind === 'auth')
        throw refusal('INTERNAL_ERROR', 'The storage endpoint refuses the keys that this agent has for it.', error);
      throw error;
    }
  }

  administer<T>(work: (administration: BucketAdministration, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.step(({ administration }, own) => {
      if (administration === undefined) throw refusal('DEFAULT', 'The storage endpoint does not let buckets be made.');
      return work(administration, own);
    }, signal);
  }

  administerKeys<T>(work: (keys: KeyAdministration, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.step(({ keys }, own) => {
      if (keys === undefined)
        throw refusal('DEFAULT', 'The storage endpoint has no keys of its own that could be held to a permission and to buckets.');
      return work(keys, own);
    }, signal);
  }
}

/** True when it is not known whether the endpoint has done what it was asked for. */
export const isUncertain = (error: unknown): boolean =>
  error instanceof ProviderError ? error.kind === 'unavailable' || error.kind === 'throttled' : !(error instanceof Failure);

export const isKind = (error: unknown, kind: ProviderError['kind']): boolean => error instanceof ProviderError && error.kind === kind;
