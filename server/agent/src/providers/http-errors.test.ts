import { describe, expect, it } from 'vitest';
import { kindOfStatus, networkError, retryAfter, statusError } from './http-errors.ts';
import { ProviderError } from './provider.ts';

describe('HTTP failures', () => {
  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [404, 'missing'],
    [410, 'missing'],
    [409, 'conflict'],
    [423, 'conflict'],
    [412, 'changed'],
    [408, 'throttled'],
    [429, 'throttled'],
    [503, 'throttled'],
    [500, 'unavailable'],
    [507, 'unavailable'],
    [418, 'invalid'],
  ] as const)('call status %i %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });

  it('read Retry-After in seconds and as a date', () => {
    expect(retryAfter('7')).toBe(7000);
    expect(retryAfter('Sat, 21 Nov 2026 00:00:10 GMT', Date.parse('2026-11-21T00:00:00Z'))).toBe(10_000);
    expect(retryAfter('soon')).toBeUndefined();
    expect(statusError('GET x', { status: 429, retryAfter: '3', detail: 'slow down' })).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 3000,
    });
  });

  it('call network codes unavailable, through causes, and everything else invalid', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    expect(networkError('GET x', new AggregateError([refused]))).toMatchObject({ kind: 'unavailable' });
    expect(networkError('GET x', new TypeError('fetch failed', { cause: refused }))).toMatchObject({ kind: 'unavailable' });
    expect(networkError('GET x', Object.assign(new Error('late'), { code: 'UND_ERR_HEADERS_TIMEOUT' }))).toMatchObject({
      kind: 'unavailable',
    });
    expect(networkError('GET x', Object.assign(new Error('bad'), { code: 'UND_ERR_INVALID_ARG' }))).toMatchObject({ kind: 'invalid' });
    expect(networkError('GET x', new TypeError('bad'))).toMatchObject({ kind: 'invalid' });
  });

  it('leave provider errors and abort reasons alone', () => {
    const error = new ProviderError('missing', 'gone');
    expect(networkError('GET x', error)).toBe(error);
    const reason = new Error('cancelled');
    expect(networkError('GET x', error, AbortSignal.abort(reason))).toBe(reason);
  });
});
