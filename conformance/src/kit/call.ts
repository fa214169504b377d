// Owns a request as the kit describes it, before it is put into HTTP.
import type { Form } from './multipart.ts';

/** A request as data, free to break the contract when it says so. */
export interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly form?: Form;
  /** Sent as it is in place of `body`, for bodies that are no JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the token of the session; null sends none. */
  readonly token?: string | null;
  /** The request breaks the contract on purpose. */
  readonly invalid?: boolean;
}
