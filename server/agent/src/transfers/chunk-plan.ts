// Owns how an object is cut into chunks: the preferred size, raised and rounded by the law of the target.
import { type ChunkLaw, ProviderError } from '../providers/provider.ts';

const MiB = 1024 * 1024;

/** Of targets that take anything; the number is bounded all the same, since the ledger keeps a row for each. */
const free: ChunkLaw = { minBytes: 1, maxBytes: Number.MAX_SAFE_INTEGER, quantumBytes: 1, maxChunks: 10_000 };

/** Frozen when the session is created and never recomputed on resume. Throws `invalid` for an object that fits into no legal plan. */
export function chunkSizeFor(size: number, preferredBytes: number, law: ChunkLaw = free): number {
  const unit = law.quantumBytes > 1 ? law.quantumBytes : MiB;
  const smallest = Math.ceil(size / law.maxChunks);
  const raised = smallest <= preferredBytes ? preferredBytes : Math.ceil(smallest / unit) * unit;
  const wanted = Math.min(Math.max(raised, law.minBytes), law.maxBytes);
  const chunk = law.quantumBytes > 1 ? roundTo(wanted, law.quantumBytes, law.maxBytes) : wanted;
  if (Math.ceil(size / chunk) <= law.maxChunks) return chunk;
  throw new ProviderError('invalid', `The target takes objects of at most ${chunk * law.maxChunks} bytes; this one has ${size}.`);
}

/** Up to the next multiple, or down where the limit is in the way. */
const roundTo = (bytes: number, quantum: number, limit: number): number => {
  const up = Math.ceil(bytes / quantum) * quantum;
  return up <= limit ? up : Math.floor(limit / quantum) * quantum;
};

/** Length of the chunk that starts at `offset`. */
export const chunkLength = (offset: number, size: number, chunkSize: number): number => Math.min(chunkSize, size - offset);
