import { expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';

const limit = (signal = new AbortController().signal) => ({ signal, ms: 20, abortGraceMs: 20, what: 'The call' });

it('a call that heeds its signal is unavailable after the deadline', async () => {
  const action = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('AbortError'))));
  await expect(withDeadline(limit(), action)).rejects.toMatchObject({ kind: 'unavailable', message: /^The call did not finish/ });
});

it('a call that ignores its signal is abandoned, and what it brings later is handed over to be closed', async () => {
  let deliver = (_value: string): void => undefined;
  const work = new Promise<string>((resolve) => (deliver = resolve));
  const late = new Promise<string>((resolve) => {
    void withDeadline(limit(), () => work, resolve).catch(() => deliver('session'));
  });
  expect(await late).toBe('session');
});

it('an aborted signal stops the call with its reason, and a finished call leaves no listener', async () => {
  const controller = new AbortController();
  expect(await withDeadline({ ...limit(controller.signal), ms: 1000 }, () => Promise.resolve(1))).toBe(1);
  const call = withDeadline({ ...limit(controller.signal), ms: 1000 }, () => new Promise(() => undefined));
  controller.abort(new Error('stopped'));
  await expect(call).rejects.toThrow('stopped');
  await expect(withDeadline(limit(controller.signal), () => Promise.resolve(1))).rejects.toThrow('stopped');
});

it('a sign of life puts the deadline off by its whole length, and none after the end does anything', async () => {
  let last: () => void = () => undefined;
  const steps = async (alive: () => void): Promise<string> => {
    last = alive;
    for (let n = 0; n < 6; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      alive();
    }
    return 'done';
  };
  expect(await withDeadline({ ...limit(), ms: 150 }, (_signal, alive) => steps(alive))).toBe('done');
  last();
  const stuck = (_signal: AbortSignal, alive: () => void): Promise<never> => {
    alive();
    return new Promise(() => undefined);
  };
  await expect(withDeadline({ ...limit(), ms: 20 }, stuck)).rejects.toThrow('did not get any further for 1 seconds');
});
