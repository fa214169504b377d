// Owns what the events of an account hold: who did what, when, and how it ended; never a secret.
import { redactText } from '../../log.ts';

export interface CallEvent {
  readonly event: 'call';
  readonly operation: string;
  readonly method: string;
  /** The template of the path, so that nothing of the request gets in. */
  readonly path: string;
  readonly status: number;
  /** The `error-code` of a refusal, otherwise empty. */
  readonly code: string;
  readonly userId: string;
  readonly username: string;
  readonly client: string;
  /** The `X-App-Origin` header. */
  readonly origin: string;
}

export interface SignInEvent {
  readonly event: 'sign-in';
  readonly outcome: 'success' | 'failure';
  readonly code: string;
  readonly userId: string;
  readonly username: string;
}

export interface TransferEvent {
  readonly event: 'transfer';
  readonly outcome: 'completed' | 'cancelled' | 'failed';
  readonly transferId: string;
  readonly name: string;
  readonly userId: string;
  readonly username: string;
  readonly bytes: number;
  readonly size: number;
  readonly durationMs: number;
  readonly error: string;
}

export interface DroppedEvent {
  readonly event: 'dropped';
  /** Events that never arrived, because too many waited or the collector could not read them. */
  readonly count: number;
}

export type LogEvent = CallEvent | SignInEvent | TransferEvent | DroppedEvent;

const longest = 500;

/** Texts are cut, and what looks like a secret is taken out: an origin or an error message comes from elsewhere. */
export const plain = (text: string): string => redactText(text.slice(0, longest));
