import { expect, it } from 'vitest';
import type { Provider, ProviderAccount } from './provider.ts';
import { ProviderCache } from './provider-cache.ts';

const account: ProviderAccount = { cloudType: 8, region: '', endpoint: 'http://a', accessKey: 'k', secretKey: 's', serviceUrl: '' };
const cache = (): ProviderCache => new ProviderCache(() => ({}) as Provider);

it('keeps the provider of an account until its credentials change', () => {
  const providers = cache();
  const first = providers.of('a', account);
  expect(providers.of('a', { ...account })).toBe(first);
  expect(providers.of('b', account)).not.toBe(first);
  expect(providers.of('a', { ...account, secretKey: 'another' })).not.toBe(first);
});

it('does not take new tokens for other credentials, but another address', () => {
  const providers = cache();
  const tokens = (apiUrl: string) => ({ apiUrl, get: () => Promise.resolve('t') });
  const first = providers.of('a', { ...account, tokens: tokens('http://v') });
  expect(providers.of('a', { ...account, tokens: tokens('http://v') })).toBe(first);
  expect(providers.of('a', { ...account, tokens: tokens('http://w') })).not.toBe(first);
});

it('forgets the oldest of too many', () => {
  const providers = cache();
  const first = providers.of('0', account);
  for (let n = 1; n <= 100; n += 1) providers.of(String(n), account);
  expect(providers.of('0', account)).not.toBe(first);
});
