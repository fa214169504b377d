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
