// Owns telling the trouble of one object from that of a whole store or disk, which every object that follows would have too.
import { ProviderError } from '../providers/provider.ts';
import { LimitExceeded, LocalFileError } from './errors.ts';
import { isRetryable } from './retry.ts';

/** Credentials, a full disk, the ledger, a defect: no other object would fare better, so that none is blamed for it. */
export function concernsAll(error: unknown): boolean {
  if (error instanceof ProviderError) return error.kind === 'auth';
  if (error instanceof LocalFileError) return error.kind === 'full';
  return !(error instanceof LimitExceeded);
}

/** The failures of different objects in a row that a store or a disk may be to blame for. */
export class Streak {
  readonly #limit: number;
  #inRow = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** An object has ended well. */
  passed(): void {
    this.#inRow = 0;
  }

  /** True when it is one too many: the store or the disk is down. */
  failed(error: unknown): boolean {
    if (isRetryable(error) || (error instanceof LocalFileError && error.kind === 'io')) this.#inRow += 1;
    // A store that refuses one object with a reason answers.
    else if (error instanceof ProviderError) this.#inRow = 0;
    return this.#inRow >= this.#limit;
  }
}
