// Owns the stream that hands a downloaded body to the engine: skipping, exact length, stall deadline, translated errors.
import { Readable } from 'node:stream';
import { ProviderError } from './provider.ts';

export interface BodyGuard {
  /** Names the request in errors. */
  readonly what: string;
  /** Bytes to drop first: the server ignored the range. */
  readonly skip: number;
  /** Bytes that must follow those skipped; undefined when the server did not say. */
  readonly length: number | undefined;
  /** Milliseconds without a byte, while one is wanted, after which the body is given up. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly translate: (error: unknown) => unknown;
}

// One engine chunk is 8 MiB: a larger buffer here would only add memory.
const BUFFER_BYTES = 1024 * 1024;

export function guardedBody(source: Readable, guard: BodyGuard): Readable {
  let skip = guard.skip;
  let received = 0;
  const out = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      expect();
      source.resume();
    },
    destroy(error, done) {
      clearTimeout(timer);
      guard.signal.removeEventListener('abort', onAbort);
      source.destroy();
      done(error);
    },
  });
  const fail = (message: string): void => void out.destroy(new ProviderError('unavailable', `${guard.what} ${message}`));
  const onAbort = (): void => void out.destroy(asError(guard.signal.reason));
  let timer: NodeJS.Timeout | undefined;
  function expect(): void {
    if (timer === undefined) timer = setTimeout(() => fail(`stalled: no byte for ${guard.stallMs} ms`), guard.stallMs);
    else timer.refresh();
  }
  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
    source.pause();
  }

  source.on('data', (chunk: Buffer) => {
    const bytes = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - bytes.length;
    received += bytes.length;
    if (guard.length !== undefined && received > guard.length) return fail(`sent more than the ${guard.length} bytes it promised`);
    if (bytes.length === 0 || out.push(bytes)) expect();
    else rest();
  });
  source.on('end', () => {
    if (skip > 0 || (guard.length !== undefined && received < guard.length))
      fail(`ended after ${received} of ${guard.length ?? 'more'} bytes`);
    else out.push(null);
  });
  source.on('error', (error) => void out.destroy(asError(guard.translate(error))));
  // A source that closes without `end` or `error` was cut.
  source.on('close', () => source.readableEnded || fail(`was cut after ${received} bytes`));
  source.pause();
  if (guard.signal.aborted) onAbort();
  else guard.signal.addEventListener('abort', onAbort, { once: true });
  return out;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
