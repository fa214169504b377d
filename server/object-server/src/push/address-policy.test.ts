import { expect, test } from 'vitest';
import { addressPolicy } from './address-policy.ts';

const allowed = (loopback: boolean, host: string): boolean => {
  try {
    addressPolicy(loopback).checkLiteral(host);
    return true;
  } catch {
    return false;
  }
};

test('link-local, multicast and unspecified addresses are never a target', () => {
  for (const host of ['169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255', '[fe80::1]', '[::]', '[ff02::1]', '[::ffff:a9fe:a9fe]'])
    expect([host, allowed(true, host)]).toEqual([host, false]);
});

test('loopback addresses are a target for a server on loopback only', () => {
  for (const host of ['127.0.0.1', '127.8.8.8', '[::1]', '[::ffff:7f00:1]'])
    expect([host, allowed(true, host), allowed(false, host)]).toEqual([host, true, false]);
  for (const host of ['192.0.2.1', '10.0.0.1', '[2001:db8::1]', 'example.com'])
    expect([host, allowed(true, host), allowed(false, host)]).toEqual([host, true, true]);
});

test('a name is as good as the addresses behind it', async () => {
  const outcome = async (loopback: boolean): Promise<string> =>
    await new Promise((resolve) => {
      addressPolicy(loopback).lookup('localhost', { all: true }, (error) => resolve(error === null ? 'found' : error.message));
    });
  expect(await outcome(true)).toBe('found');
  expect(await outcome(false)).toMatch(/localhost.*not allowed/);
});
