import { describe, expect, it } from 'vitest';
import { Redactor } from './redaction.ts';

describe('redaction', () => {
  it('masks the token of a URL, whether it is known or not', () => {
    const redactor = new Redactor();
    expect(redactor.text('GET http://localhost:29123/cloud/accounts?page=1&token=abc.def HTTP/1.1')).toBe(
      'GET http://localhost:29123/cloud/accounts?page=1&token=*** HTTP/1.1',
    );
  });

  it('masks the code and the state of a redirect', () => {
    expect(new Redactor().text('302 http://localhost:3000/oauth?code=abc&state=def')).toBe(
      '302 http://localhost:3000/oauth?code=***&state=***',
    );
  });

  it('masks passwords and keys inside JSON, and inside JSON that stands in JSON', () => {
    const redactor = new Redactor();
    expect(redactor.text('{"username":"a","password":"p\\"w"}')).toBe('{"username":"a","password":"***"}');
    expect(redactor.text(JSON.stringify({ cloudAccountJson: JSON.stringify({ secretKey: 'hidden' }) }))).not.toContain('hidden');
  });

  it('masks a known secret wherever it stands, also encoded', () => {
    const redactor = new Redactor();
    redactor.add('s3cr+t/é');
    const text = ['s3cr+t/é', encodeURIComponent('s3cr+t/é'), Buffer.from('s3cr+t/é').toString('base64')].join(' | ');
    expect(redactor.text(text)).toBe('*** | *** | ***');
  });

  it('masks anything that looks like a JWT', () => {
    expect(new Redactor().text('got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl today')).toBe('got *** today');
  });

  it('masks authorization headers, and leaves others as they are', () => {
    expect(new Redactor().headers({ Authorization: 'Basic abc', Accept: 'text/html' })).toEqual({
      Authorization: '***',
      Accept: 'text/html',
    });
  });

  it('reaches every string of a value', () => {
    const redactor = new Redactor();
    redactor.add('canary-secret');
    expect(redactor.deep({ a: ['canary-secret'], b: { 'canary-secret': 1 }, c: null })).toEqual({ a: ['***'], b: { '***': 1 }, c: null });
  });
});
