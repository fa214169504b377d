// Owns proving credentials where they may open one bucket only, or the account but not the list of a bucket.
import { ProviderError } from './provider.ts';

export interface Probes {
  /** Rejects with `auth` when the credentials do not open the bucket. */
  readonly bucket: (name: string) => Promise<unknown>;
  /** Rejects with `auth` when they do not open the account. */
  readonly account: () => Promise<unknown>;
}

/**
 * Keys of one bucket mostly may not list the buckets, and keys that only write may not look at theirs: whichever is allowed proves that
 * the credentials are accepted. So does the answer that there is no such bucket.
 */
export async function verifyWith(bucket: string | undefined, probes: Probes): Promise<void> {
  if (bucket !== undefined) {
    try {
      await probes.bucket(bucket);
      return;
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'missing') return;
      if (!(error instanceof ProviderError) || error.kind !== 'auth') throw error;
    }
  }
  await probes.account();
}
