import { describe, expect, it } from 'vitest';
import { redirectUrl } from './redirect-url.ts';

const origins = ['https://app.example.com', 'http://lan.example.com'];
const codeOf = (text: string): unknown => {
  try {
    redirectUrl(text, origins);
    return 'accepted';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a redirect URL', () => {
  it.each([
    'http://localhost:3000/oauth/dropbox',
    'http://127.0.0.1/',
    'http://[::1]:8080/back?x=1',
    'https://localhost/oauth',
    'https://app.example.com/oauth/box?tenant=%C3%BC',
    'HTTP://LOCALHOST:3000/Oauth',
  ])('%j is passed on as it is', (text) => {
    expect(redirectUrl(text, origins)).toBe(text);
  });

  it.each([
    'https://evil.example.com/',
    'http://app.example.com/',
    'http://lan.example.com/',
    'https://app.example.com:8443/',
    'https://app.example.com.evil.example/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
  ])('%j is no place of the agent', (text) => {
    expect(codeOf(text)).toBe('SECURITY');
  });

  it.each([
    '',
    'x',
    '/oauth',
    '//localhost/oauth',
    'javascript:alert(1)',
    'myapp://back',
    'file:///etc/passwd',
    'http://user:pass@localhost/',
    'http://localhost@evil.example/',
    'http://localhost/#code',
    'http://localhost/#',
    'http://local\thost/',
    'http://localhost/\n',
    ' http://localhost/',
    'http:\\\\localhost\\',
    'http://localhost/\u0000',
  ])('%j is none', (text) => {
    expect(codeOf(text)).toBe('DEFAULT');
  });
});
