import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger, redactText, redactUrl } from './log.ts';

const canary = 'CANARY-0123456789abcdef';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger('debug', { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

describe('a redacted URL', () => {
  it('keeps everything but the secret', () => {
    expect(redactUrl(`/user/get_all_users?page=1&token=${canary}&pagesize=10`)).toBe(
      '/user/get_all_users?page=1&token=[redacted]&pagesize=10',
    );
    expect(redactUrl('/management/agent_status?name=token')).toBe('/management/agent_status?name=token');
  });

  it.each([
    `/x?token=${canary}`,
    `/x?TOKEN=${canary}#top`,
    `http://localhost/b/k?expires=1&accessKey=${canary}&signature=${canary}`,
    `https://s3.example/b?X-Amz-Credential=${canary}%2F20260301&X-Amz-Signature=${canary}&X-Amz-Security-Token=${canary}`,
    `https://user:${canary}@example.com/x`,
    `https://${canary}@example.com/x`,
  ])('hides the secret of %s', (url) => {
    expect(redactUrl(url)).not.toContain('CANARY');
  });
});

describe('the logger', () => {
  const error = new Error(`GET http://localhost/x?token=${canary} failed`, { cause: new Error(`password: {"password":"${canary}"}`) });

  it.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
    ['a field', (log) => log.info({ password: canary, secretKey: canary, accessKey: canary, jwtToken: canary }, 'x')],
    ['a nested field', (log) => log.info({ a: { b: [{ c: { SecretKey: canary, userCode: 123456 } }] } }, 'x')],
    ['headers', (log) => log.info({ headers: { authorization: `Basic ${canary}`, Cookie: canary, 'set-cookie': [canary, canary] } }, 'x')],
    ['a URL in a field', (log) => log.info({ url: `/x?token=${canary}` }, 'x')],
    ['the message', (log) => log.warn(`calling https://s3.example/k?X-Amz-Signature=${canary} with Bearer ${canary}`)],
    ['a message with arguments', (log) => log.warn('calling %s', `/x?token=${canary}`)],
    ['an error and its cause', (log) => log.error({ err: error }, 'x')],
    ['an error alone', (log) => log.error(error)],
    ['JSON inside a text', (log) => log.info({ body: JSON.stringify({ password: `a"b${canary}`, note: 'kept' }) }, 'x')],
    ['JSON inside JSON inside a text', (log) => log.info({ body: JSON.stringify({ inner: JSON.stringify({ secretKey: canary }) }) }, 'x')],
    ['a child logger', (log) => log.child({ token: canary }).info('x')],
    ['a quote inside the secret', (log) => log.info({ password: `a"${canary}\\"${canary}` }, 'x')],
  ])('shows no secret in %s', (_where, write) => {
    const line = logged(write);
    expect(line).not.toContain('CANARY');
    expect(line).not.toContain('123456,');
    expect(line).toContain('[redacted]');
    for (const one of line.trim().split('\n')) expect(JSON.parse(one)).toBeTypeOf('object');
  });

  it('shows no token, wherever it stands', () => {
    expect(logged((log) => log.info({ anything: jwt }, `got ${jwt}`))).not.toContain('eyJ');
  });

  it('finds the end of a secret in JSON at any depth of nesting', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', '"', 'a', '\n', ',') }), fc.integer({ min: 0, max: 4 }), (noise, depth) => {
        let text = JSON.stringify({ secretKey: `${noise}${canary}${noise}`, note: 'kept' });
        for (let level = 0; level < depth; level += 1) text = JSON.stringify({ inner: text });
        let found: unknown = JSON.parse(redactText(text));
        for (let level = 0; level < depth; level += 1) found = JSON.parse((found as { inner: string }).inner);
        expect(found).toEqual({ secretKey: '[redacted]', note: 'kept' });
      }),
    );
  });

  it('writes valid JSON and no secret for any password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string(), (noise, other) => {
        const line = logged((log) => log.info({ password: `${noise}${canary}${other}`, kept: 'kept' }, 'x'));
        expect(line).not.toContain('CANARY');
        expect(JSON.parse(line)).toMatchObject({ password: '[redacted]', kept: 'kept', msg: 'x' });
      }),
    );
  });

  it('leaves harmless text alone, and redacting twice changes nothing', () => {
    const harmless = '{"level":30,"msg":"the session of the token page","size":12,"tokens":"5","basic":"Basic plan"}';
    expect(redactText(harmless)).toBe(harmless);
    expect(redactText('{"password":"","note":"a"}')).toBe('{"password":"[redacted]","note":"a"}');
    expect(redactText(String.raw`{"password":"a\\","note":"a"}`)).toBe('{"password":"[redacted]","note":"a"}');
    const once = redactText(`{"password":"${canary}","url":"/x?token=${canary}&page=1"}`);
    expect(redactText(once)).toBe(once);
  });

  it('takes time that grows with the length of the text and no faster', () => {
    const hostile = [
      `${'\\'.repeat(50_000)}"`,
      '"password":"'.repeat(10_000),
      '?token='.repeat(20_000),
      'https://'.repeat(20_000),
      'eyJ'.repeat(20_000),
      `https://${'a'.repeat(100_000)}`,
    ];
    const started = performance.now();
    for (const text of hostile) redactText(text);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
