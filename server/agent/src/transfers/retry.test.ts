import { describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { isRetryable, retryDelay, sleep, withRetries, type RetryTools } from './retry.ts';

const waits: number[] = [];
const tools = (random = 1): RetryTools => ({
  settings: { baseMs: 250, capMs: 30_000, retryAfterCapMs: 60_000, maxAttempts: 6 },
  sleep: (ms) => Promise.resolve(void waits.push(ms)),
  random: () => random,
});
const down = (retryAfterMs?: number): ProviderError =>
  new ProviderError('unavailable', 'down', retryAfterMs === undefined ? {} : { retryAfterMs });
const signal = new AbortController().signal;

describe('the delay', () => {
  it('doubles up to the cap, with full jitter', () => {
    expect([1, 2, 3, 8, 20].map((attempt) => retryDelay(attempt, down(), tools()))).toEqual([250, 500, 1000, 30_000, 30_000]);
    expect(retryDelay(3, down(), tools(0.25))).toBe(250);
  });

  it('is what the server asks for, up to its own cap', () => {
    expect(retryDelay(1, down(5000), tools())).toBe(5000);
    expect(retryDelay(1, down(1e9), tools())).toBe(60_000);
  });
});

describe('a step', () => {
  it('is tried again only for throttled and unavailable', () => {
    const kinds = ['auth', 'missing', 'conflict', 'changed', 'invalid', 'throttled', 'unavailable'] as const;
    expect(kinds.filter((kind) => isRetryable(new ProviderError(kind, '')))).toEqual(['throttled', 'unavailable']);
    expect(isRetryable(new Error('socket hang up'))).toBe(false);
  });

  it('gives up after six attempts without progress, and progress starts the count again', async () => {
    let calls = 0;
    const failing = (): Promise<never> => {
      calls += 1;
      return Promise.reject(down());
    };
    await expect(withRetries(tools(), signal, failing)).rejects.toThrow('down');
    expect(calls).toBe(6);
    calls = 0;
    await expect(withRetries(tools(), signal, failing, { mark: () => Math.min(calls, 4) })).rejects.toThrow('down');
    expect(calls).toBe(9);
  });

  it('waits as long as it ever does, each time, once the budget of its store is used up', async () => {
    waits.length = 0;
    let left = 2;
    const obstacles = { judge: (error: unknown) => Promise.resolve(error), advanced: () => undefined, spendRetry: () => (left -= 1) >= 0 };
    const failing = (): Promise<never> => Promise.reject(down());
    await expect(withRetries(tools(0.5), signal, failing, { obstacles })).rejects.toThrow('down');
    expect(waits).toEqual([125, 250, 30_000, 30_000, 30_000]);
  });

  it('that is judged to be out of the way is done again at once, and costs no attempt', async () => {
    waits.length = 0;
    let calls = 0;
    const obstacles = {
      judge: (error: unknown) => Promise.resolve(calls <= 20 ? undefined : error),
      advanced: () => undefined,
      spendRetry: () => true,
    };
    const failing = (): Promise<never> => Promise.reject((calls += 1) && down());
    await expect(withRetries(tools(), signal, failing, { obstacles })).rejects.toThrow('down');
    expect([calls, waits.length]).toEqual([26, 5]);
  });

  it('is not tried again once its signal is aborted', async () => {
    const controller = new AbortController();
    const step = (): Promise<never> => {
      controller.abort(new Error('stopped'));
      return Promise.reject(down());
    };
    await expect(withRetries(tools(), controller.signal, step)).rejects.toThrow('down');
  });
});

it('a sleep ends with the reason of its signal', async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort(new Error('woken'));
  await expect(sleeping).rejects.toThrow('woken');
});
