// Owns what becomes of whole puts whose answer did not come: the store is asked what it has, at once or when they are sent again.
import { type Chunk, type Provider, ProviderError, type UploadRequest, type Verification } from './provider.ts';

type PutWhole = NonNullable<Provider['putWhole']>;

/** What the object in the place proves of the bytes that were sent; undefined for another one, or none. */
type Look = (request: UploadRequest, chunk: Chunk, signal: AbortSignal) => Promise<Verification | undefined>;

export interface PutParts {
  /** What is asked before anything is sent, as where a store has no conditions: its failure leaves nothing in doubt. */
  readonly before?: (request: UploadRequest, signal: AbortSignal) => Promise<void>;
  readonly put: PutWhole;
  readonly look: Look;
  /** Whether to ask as well where an object may be replaced, so that it does not get a second version; only its checksum counts then. */
  readonly replacing?: boolean;
}

/** More than can be under way in one outage; whatever is forgotten is a conflict at worst. */
const MOST = 10_000;

/**
 * A put that must replace nothing, and whose answer is lost, would meet its own object when it is sent again. An object of the same
 * bytes that is met by a put sent for the first time is somebody else's, though: so it is kept in memory which ones are in doubt.
 */
export function settledPut({ before, put, look, replacing = false }: PutParts): PutWhole {
  const unheard = new Unheard();
  return async (request, chunk, signal) => {
    const ifAbsent = request.ifAbsent === true;
    const doubtful = ifAbsent && unheard.has(request, chunk);
    let sent = false;
    try {
      await before?.(request, signal);
      sent = true;
      const proof = await put(request, chunk, signal);
      if (doubtful) unheard.delete(request);
      return proof;
    } catch (error) {
      const lost = sent && (signal.aborted || isA(error, 'unavailable'));
      if (ifAbsent && lost) unheard.add(request, chunk);
      const met = doubtful && isA(error, 'conflict');
      const asks = met || (lost && (ifAbsent || replacing));
      if (signal.aborted || !asks) throw error;
      // Whose object it is that was met, only an answer tells.
      const proof = await look(request, chunk, signal).catch((reason: unknown) => Promise.reject(met ? reason : error));
      if (!counts(proof, ifAbsent)) throw error;
      unheard.delete(request);
      return proof;
    }
  };
}

const counts = (proof: Verification | undefined, ifAbsent: boolean): proof is Verification =>
  proof !== undefined && (ifAbsent || proof !== 'size');

/** By the properties of the object; where the store keeps no checksum, `sizeProves` says whether its size is enough. */
export function lookBy(stat: Provider['stat'], digest: (bytes: Buffer) => string, { sizeProves = false } = {}): Look {
  return async ({ bucket, key, size }, { bytes }, signal) => {
    const found = await stat(bucket, key, signal).catch((error: unknown) => {
      if (isA(error, 'missing')) return undefined;
      throw error;
    });
    if (found?.size !== size) return undefined;
    if (found.checksum === undefined) return sizeProves ? 'size' : undefined;
    return found.checksum.value === digest(bytes) ? 'object' : undefined;
  };
}

/** Which bytes may have got where; of each place, the last ones. */
class Unheard {
  readonly #bytes = new Map<string, string>();

  has(request: UploadRequest, chunk: Chunk): boolean {
    return this.#bytes.size > 0 && this.#bytes.get(placeOf(request)) === bytesOf(request, chunk);
  }

  add(request: UploadRequest, chunk: Chunk): void {
    const [oldest] = this.#bytes.keys();
    if (this.#bytes.size >= MOST && oldest !== undefined) this.#bytes.delete(oldest);
    this.#bytes.set(placeOf(request), bytesOf(request, chunk));
  }

  delete(request: UploadRequest): void {
    this.#bytes.delete(placeOf(request));
  }
}

const placeOf = ({ bucket, key }: UploadRequest): string => JSON.stringify([bucket, key]);
const bytesOf = ({ size }: UploadRequest, { crc32 }: Chunk): string => `${size} ${crc32}`;
const isA = (error: unknown, kind: ProviderError['kind']): boolean => error instanceof ProviderError && error.kind === kind;
