import { expect, it } from 'vitest';
import type { Provider, ProviderAccount } from './provider.ts';
import { ProviderCache } from './provider-cache.ts';

const account: ProviderAccount = { cloudType: 8, region: '', endpoint: 'http://a', accessKey: 'k', secretKey: 's', serviceUrl: '' };

function cache() {
  const clock = { time: 0 };
  const providers = new ProviderCache(
    () => ({}) as Provider,
    () => clock.time,
  );
  return { clock, of: (id: string, changes: Partial<ProviderAccount> = {}) => providers.of(id, () => ({ ...account, ...changes })) };
}

it('keeps the provider of an account until its credentials change, which it sees within a second', () => {
  const { clock, of } = cache();
  const first = of('a');
  expect(of('b')).not.toBe(first);
  expect(of('a', { secretKey: 'another' })).toBe(first);
  clock.time = 1000;
  const second = of('a', { secretKey: 'another' });
  expect(second).not.toBe(first);
  clock.time = 5000;
  expect(of('a', { secretKey: 'another' })).toBe(second);
});

it('does not take new tokens for other credentials, but another address', () => {
  const { clock, of } = cache();
  const tokens = (apiUrl: string) => ({ tokens: { apiUrl, get: () => Promise.resolve('t') } });
  const first = of('a', tokens('http://v'));
  clock.time = 1000;
  expect(of('a', tokens('http://v'))).toBe(first);
  clock.time = 2000;
  expect(of('a', tokens('http://w'))).not.toBe(first);
});

it('forgets the oldest of too many', () => {
  const { of } = cache();
  const first = of('0');
  for (let n = 1; n <= 100; n += 1) of(String(n));
  expect(of('0')).not.toBe(first);
});
