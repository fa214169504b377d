import { describe, expect, it, onTestFinished } from 'vitest';
import { OAuthClient, type TokenSet } from './oauth-client.ts';
import { defaultOAuthLimits } from './oauth-http.ts';
import { identify, withTokens } from './oauth-provider.ts';
import { type HeldTokens, OAuthTokens, type TokenVault } from './oauth-tokens.ts';
import { box, dropbox, type OAuthVendor } from './oauth-vendors.ts';
import type { AccessTokens, ProviderError } from './provider.ts';
import { fakeVendor, type FakeVendor, json } from './testing/oauth-vendor.ts';

const signal = new AbortController().signal;
const hour = 3_600_000;

/** Keeps one account in memory and remembers what it was told. */
class MemoryVault implements TokenVault {
  held: HeldTokens | undefined;
  readonly log: string[] = [];

  constructor(tokens: TokenSet) {
    this.held = { tokens, version: '0', needsAuthorization: false };
  }

  read(): HeldTokens | undefined {
    return this.held;
  }

  replace(_id: string, version: string, next: TokenSet): boolean {
    if (this.held?.version !== version) return false;
    this.log.push('replaced');
    this.held = { tokens: next, version: `${Number(version) + 1}`, needsAuthorization: false };
    return true;
  }

  needAuthorization(_id: string, version: string): void {
    if (this.held?.version !== version) return;
    this.log.push('marked');
    this.held = { ...this.held, needsAuthorization: true };
  }
}

interface Bench {
  readonly server: FakeVendor;
  readonly vault: MemoryVault;
  readonly clock: { time: number };
  readonly tokens: OAuthTokens;
  readonly source: AccessTokens;
  readonly first: TokenSet;
}

async function bench(vendor: OAuthVendor = box): Promise<Bench> {
  const server = await fakeVendor(vendor);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const clock = { time: 0 };
  const now = () => clock.time;
  const client = new OAuthClient(vendor, server.app, { now, limits: { ...defaultOAuthLimits, totalMs: 500 } });
  const request = { redirectUrl: `http://localhost:3000/oauth/${vendor.slug}`, verifier: 'a-verifier' };
  const { code } = await server.visit(client.authorizationUrl({ state: 's', ...request }));
  const first = await client.exchange({ code, ...request }, signal);
  const vault = new MemoryVault(first);
  server.asked.length = 0;
  const tokens = new OAuthTokens(vault, new Map([[vendor.cloudType, client]]), now);
  return { server, vault, clock, tokens, first, source: tokens.of('account', vendor.cloudType)! };
}

const errorOf = (promise: Promise<unknown>): Promise<ProviderError> =>
  promise.then(
    () => expect.fail('it was accepted'),
    (error: unknown) => error as ProviderError,
  );

describe('the tokens of a linked account', () => {
  it('are given out as they are until a minute before they expire', async () => {
    const { source, first, clock, server } = await bench();
    clock.time = hour - 60_001;
    expect(await source.get(signal)).toBe(first.accessToken);
    expect(server.asked).toHaveLength(0);
    clock.time = hour - 60_000;
    expect(await source.get(signal)).not.toBe(first.accessToken);
    expect(server.asked).toHaveLength(1);
  });

  it('are refreshed once for all who wait, and the rotated refresh token is kept', async () => {
    const { source, clock, server, vault, first } = await bench(box);
    clock.time = hour;
    const given = await Promise.all(Array.from({ length: 20 }, () => source.get(new AbortController().signal)));
    expect(new Set(given)).toEqual(new Set([vault.held?.tokens.accessToken]));
    expect([server.asked.length, vault.log]).toEqual([1, ['replaced']]);
    expect(vault.held?.tokens.refreshToken).not.toBe(first.refreshToken);
    clock.time += hour;
    await source.get(signal);
    expect(server.asked.map((form) => form.get('refresh_token'))).toEqual([
      first.refreshToken,
      expect.not.stringMatching(first.refreshToken),
    ]);
  });

  it('keep their refresh token where the provider does not rotate it', async () => {
    const { source, clock, vault, first } = await bench(dropbox);
    clock.time = hour;
    await source.get(signal);
    expect(vault.held?.tokens).toMatchObject({ refreshToken: first.refreshToken, expiresAt: 2 * hour });
  });

  it('are refreshed when the provider refuses them before their time, once', async () => {
    const { source, server, vault } = await bench();
    server.expireAccess();
    expect(await identify(box, source, signal)).toBe('11446498');
    expect([server.asked.length, vault.log]).toEqual([1, ['replaced']]);
  });

  it('are not refreshed again for a refused token that was replaced meanwhile', async () => {
    const { source, server, vault, first } = await bench();
    const second = await source.get(signal, first.accessToken);
    expect(await source.get(signal, first.accessToken)).toBe(second);
    expect([server.asked.length, vault.log.length]).toEqual([1, 1]);
  });

  it('that the provider refuses even when they are new are told as refused', async () => {
    const { source, server } = await bench();
    for (let call = 0; call < 2; call += 1) server.next('api', (_request, response) => json(response, 401, {}));
    expect(await errorOf(identify(box, source, signal))).toMatchObject({ kind: 'auth' });
    expect(server.asked).toHaveLength(1);
  });

  it('mark their account when the authorization is taken back, and ask nobody from then on', async () => {
    const { source, server, vault, clock } = await bench();
    server.revoke();
    clock.time = hour;
    const errors = await Promise.all([errorOf(source.get(signal)), errorOf(source.get(signal))]);
    for (const error of [...errors, await errorOf(source.get(signal))])
      expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('generate_box_authorization_url') });
    expect([server.asked.length, vault.log]).toEqual([1, ['marked']]);
  });

  it('do not mark their account for a client that is refused, or for a broken endpoint', async () => {
    const { source, server, vault, clock } = await bench();
    clock.time = hour;
    server.next('token', (_request, response) => json(response, 401, { error: 'invalid_client' }));
    expect(await errorOf(source.get(signal))).toMatchObject({ kind: 'auth', message: expect.stringContaining('OAuth.Box.ClientId') });
    server.next('token', (_request, response) => json(response, 502, {}));
    expect(await errorOf(source.get(signal))).toMatchObject({ kind: 'unavailable' });
    expect(vault.log).toEqual([]);
    expect(await source.get(signal)).toBe(vault.held?.tokens.accessToken);
  });

  it('are used to their last second while the token endpoint is down', async () => {
    const { source, server, clock, first } = await bench();
    clock.time = hour - 1000;
    server.next('token', (request) => void request.socket.destroy());
    expect(await source.get(signal)).toBe(first.accessToken);
    server.next('token', (request) => void request.socket.destroy());
    expect(await errorOf(source.get(signal, first.accessToken))).toMatchObject({ kind: 'unavailable' });
  });

  it('are those of a new link when one was made during the refresh', async () => {
    const { source, server, vault, clock } = await bench();
    clock.time = hour;
    const linked = { accessToken: 'linked', refreshToken: 'r', expiresAt: 9 * hour };
    server.next('token', (_request, response) => {
      vault.held = { tokens: linked, version: '7', needsAuthorization: false };
      json(response, 400, { error: 'invalid_grant' });
    });
    expect(await source.get(signal)).toBe('linked');
    expect(vault.log).toEqual([]);
  });

  it('end with their account', async () => {
    const { source, server, vault, clock } = await bench();
    clock.time = hour;
    server.next('token', (_request, response) => {
      vault.held = undefined;
      json(response, 200, { access_token: 'a', token_type: 'bearer' });
    });
    expect(await errorOf(source.get(signal))).toMatchObject({ kind: 'auth', message: 'The cloud account is gone.' });
  });

  it('are refreshed for those who stay when the one who asked first leaves', async () => {
    const { source, server, vault, clock, tokens } = await bench();
    clock.time = hour;
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) =>
      server.next('token', (_request, response) => {
        answer = () => json(response, 200, { access_token: 'late', token_type: 'bearer' });
        resolve();
      }),
    );
    const leaving = new AbortController();
    const [first, second] = [source.get(leaving.signal), source.get(signal)];
    await asked;
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    answer();
    expect(await second).toBe('late');
    await tokens.settled(1000);
    expect(vault.log).toEqual(['replaced']);
    await expect(source.get(leaving.signal)).rejects.toThrow('left');
  });

  it('are waited for at the end, but not for ever', async () => {
    const { source, server, clock, tokens } = await bench();
    clock.time = hour;
    server.next('token', () => undefined);
    const waiting = errorOf(source.get(signal));
    await tokens.settled(20);
    expect(await waiting).toMatchObject({ kind: 'unavailable' });
  });

  it('are there for linked cloud types only', async () => {
    const { tokens } = await bench(box);
    expect(tokens.of('account', 2048)).toBeUndefined();
  });
});

describe('the provider of a linked account', () => {
  const account = { cloudType: 256, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };

  it('does not take keys', () => {
    expect(() => withTokens(box, account)).toThrow('link them by generate_box_authorization_url');
  });
});
