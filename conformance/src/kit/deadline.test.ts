import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deadline } from './deadline.ts';

describe('a deadline', () => {
  it('aborts when time is up, and knows that it was the time', async () => {
    const { signal, late } = deadline(5);
    await once(signal, 'abort');
    expect(late()).toBe(true);
    expect(signal.reason).toMatchObject({ message: 'not done within 5 ms' });
  });

  it('aborts with any other signal, for the reason of that one', () => {
    const other = new AbortController();
    const { signal, late, clear } = deadline(60_000, new AbortController().signal, other.signal);
    other.abort(new Error('enough'));
    expect(signal.reason).toMatchObject({ message: 'enough' });
    expect(late()).toBe(false);
    clear();
  });

  it('is aborted from the start when another signal is', () => {
    const { signal, clear } = deadline(60_000, AbortSignal.abort(new Error('too late')));
    expect(signal.aborted).toBe(true);
    clear();
  });

  it('follows nothing any more once it is cleared', async () => {
    const other = new AbortController();
    const ended = deadline(1, other.signal);
    ended.clear();
    other.abort();
    await once(deadline(20).signal, 'abort');
    expect(ended.signal.aborted).toBe(false);
  });

  it('may be further away than a timer reaches', async () => {
    const far = deadline(2 ** 40);
    await once(deadline(20).signal, 'abort');
    expect(far.signal.aborted).toBe(false);
    far.clear();
  });

  it('aborts although the garbage is collected while only its listener is held', async () => {
    const module = new URL('./deadline.ts', import.meta.url).href;
    const story = `
      import { deadline } from ${JSON.stringify(module)};
      const parent = new AbortController();
      const wait = () => new Promise((resolve) => deadline(200, parent.signal).signal.addEventListener('abort', () => resolve('late')));
      const collecting = setInterval(() => global.gc(), 10);
      console.log(await Promise.race([wait(), new Promise((resolve) => setTimeout(resolve, 5000, 'never'))]));
      clearInterval(collecting);
      process.exit();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', '--input-type=module', '-e', story]);
    expect(stdout.trim()).toBe('late');
  });
});
