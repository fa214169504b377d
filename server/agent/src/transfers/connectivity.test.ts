import { describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Connectivity } from './connectivity.ts';
import type { Store } from './stores.ts';

const signal = new AbortController().signal;
const withCode = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const unavailable = (cause?: Error): ProviderError => new ProviderError('unavailable', 'GET failed', { cause });
/** As Node tells of a host with an address of each family: the first code is shown on the outside. */
const bothFamilies = (...codes: string[]): ProviderError =>
  unavailable(Object.assign(new AggregateError(codes.map(withCode)), { code: codes[0] }));
const store = (name: string, answer?: unknown): Store & { asked: number } => ({
  name,
  bucket: 'b',
  asked: 0,
  ask() {
    this.asked += 1;
    return answer === undefined ? Promise.resolve() : Promise.reject(answer as Error);
  },
});

describe('a failure', () => {
  it.each([
    ['of a machine without a way out is this machine’s', unavailable(withCode('ENETUNREACH')), true],
    ['of both address families is this machine’s when neither has a way out', bothFamilies('ENETUNREACH', 'ENETUNREACH'), true],
    ['of a host that refuses is its own, whatever its other address says', bothFamilies('ENETUNREACH', 'ECONNREFUSED'), false],
    ['of a host that does not answer is this machine’s while it is the only one', unavailable(withCode('ETIMEDOUT')), true],
    ['of a host that refuses, breaks off or answers is its own', unavailable(withCode('ECONNRESET')), false],
    ['without a code is the store’s', unavailable(), false],
    ['that nothing says of the way is none of the network', new ProviderError('throttled', 'slow down'), false],
    ['of a name that nobody ever found is a mistake', unavailable(withCode('ENOTFOUND')), false],
  ])('%s', async (_what, error, cutOff) => {
    const silent = store('s', unavailable(withCode('EHOSTUNREACH')));
    expect(await new Connectivity().cutOff(error, [silent], false, signal)).toBe(cutOff);
  });

  it('of a name that was found before is this machine’s while nothing else can be reached', async () => {
    const silent = store('s', unavailable(withCode('ENOTFOUND')));
    expect(await new Connectivity().cutOff(unavailable(withCode('ENOTFOUND')), [silent], true, signal)).toBe(true);
  });

  it('is the store’s own when another one in use answers, if only with a refusal, until that one is used no more', async () => {
    const connectivity = new Connectivity();
    const silent = store('s', unavailable(withCode('EHOSTUNREACH')));
    const unused = connectivity.use([store('other', new ProviderError('auth', 'Who are you?'))]);
    const failed = (): Promise<boolean> => connectivity.cutOff(unavailable(withCode('EHOSTUNREACH')), [silent], true, signal);
    expect(await failed()).toBe(false);
    unused();
    expect(await failed()).toBe(true);
  });
});

it('a store is asked once for all who want to know at the same time, and nobody has to wait for the answer', async () => {
  const connectivity = new Connectivity();
  const [impatient, one] = [new AbortController(), store('s', unavailable(withCode('EHOSTUNREACH')))];
  const failed = (by: AbortSignal): Promise<boolean> => connectivity.cutOff(unavailable(withCode('ETIMEDOUT')), [one], true, by);
  const all = Promise.all([failed(signal), failed(signal)]);
  const left = failed(impatient.signal);
  impatient.abort(new Error('paused'));
  await expect(left).rejects.toThrow('paused');
  expect([await all, one.asked]).toEqual([[true, true], 1]);
});
