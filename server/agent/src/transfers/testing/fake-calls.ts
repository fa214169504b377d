// Owns what a test can say of the in-memory provider: its manners, its calls, and what goes wrong in them.
import type { ProviderError } from '../../providers/provider.ts';

export type CallName =
  | 'stat'
  | 'read'
  | 'list'
  | 'open'
  | 'resume'
  | 'write'
  | 'commit'
  | 'abort'
  | 'put'
  | 'copy'
  | 'copyPart'
  | 'verify'
  | 'remove'
  | 'sweep';

export type Fault =
  | { readonly type: 'fail'; readonly error: ProviderError }
  /** The call does this many bytes and then loses the connection. */
  | { readonly type: 'cut'; readonly after: number }
  /** The call is done and its answer is lost. */
  | { readonly type: 'lost' }
  /** Nothing happens until the signal aborts. */
  | { readonly type: 'hang' };

export interface Call {
  readonly name: CallName;
  readonly key: string;
  readonly offset: number;
}

export interface FakeOptions {
  readonly resumable?: boolean;
  /** So many chunks at once, in any order. */
  readonly lanes?: number;
  readonly whole?: boolean;
  readonly copies?: boolean;
  readonly foldsCase?: boolean;
  /** A name that must not be taken is looked at when an upload is opened or gone on with, too, as Box does. */
  readonly looksEarly?: boolean;
  /** Copies within the store go in pieces of so many bytes, and can be gone on with. */
  readonly copyPieces?: number;
}
