import { describe, expect, it } from 'vitest';
import { oktaDirectory } from './directories.ts';
import { DirectoryReader } from './directory-reader.ts';

const organisation = new URL('https://example.okta.com/oauth2/default');
const page = (items: readonly object[], next?: string): Response =>
  new Response(JSON.stringify(items), { headers: next === undefined ? {} : { link: `<${next}>; rel="next"` } });
const reader = (answer: (url: URL) => Response, asked: string[] = []) =>
  new DirectoryReader(
    (address) => {
      asked.push(String(address));
      return Promise.resolve(answer(new URL(address)));
    },
    'token',
    { maxRequests: 5, maxUsers: 3 },
  );

describe('reading a directory', () => {
  it('asks the organisation itself, wherever its authorization server is', async () => {
    const asked: string[] = [];
    expect(await reader(() => page([]), asked).relations(oktaDirectory(organisation))).toEqual([]);
    expect(asked).toEqual(['https://example.okta.com/api/v1/users?limit=200', 'https://example.okta.com/api/v1/groups?limit=200']);
  });

  it('ends when it goes on for ever', async () => {
    const asked: string[] = [];
    const forEver = reader((url) => page([], `${url.pathname}?again`), asked).relations(oktaDirectory(organisation));
    await expect(forEver).rejects.toMatchObject({ code: 'DEFAULT', message: expect.stringContaining('5 pages') });
    expect(asked).toHaveLength(5);
  });

  it('ends when there are too many users, rather than to leave some out', async () => {
    const many = Array.from({ length: 4 }, (_, index) => ({ id: `u${index}`, profile: { login: `u${index}` } }));
    await expect(reader(() => page(many)).relations(oktaDirectory(organisation))).rejects.toMatchObject({ code: 'DEFAULT' });
  });

  it('does not follow a page to another scheme, host or port', async () => {
    for (const next of ['http://example.okta.com/api', 'https://example.okta.com:8443/api', 'https://evil.example.com/api', 'https://[']) {
      const asked: string[] = [];
      const elsewhere = reader(() => page([], next), asked).relations(oktaDirectory(organisation));
      await expect(elsewhere).rejects.toMatchObject({ code: 'COGNITO' });
      expect(asked).toHaveLength(1);
    }
  });
});
