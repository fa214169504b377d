import { generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientId, type TestIssuer, testIssuer } from '../testing/google-issuer.ts';
import { defaultIdentitySettings, type IdentityInstallation, identityInstallation } from '../testing/identity.ts';

let here: IdentityInstallation;
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await testIssuer(() => here.now());
  here = withGoogle(issuer.url);
});
afterEach(async () => {
  here.close();
  await issuer.close();
});

const withGoogle = (url: string, id = clientId): IdentityInstallation =>
  identityInstallation({ settings: { google: { ...defaultIdentitySettings.google, issuer: url, clientId: id } } });
const failure = (code: string, unauthenticated: boolean) => expect.objectContaining({ name: 'Failure', code, unauthenticated });

describe('signing up with Google', () => {
  it('opens an active account for the verified address and signs in', async () => {
    const token = await here.googleUsers.signUp(await issuer.idToken());
    const caller = await here.sessions.authenticate(token);
    expect(here.userStore.findById(caller.userId)).toMatchObject({
      username: 'jane@example.com',
      firstname: 'Jane',
      lastname: 'Doe',
      userType: 16,
      status: 1,
      owner: 1,
      authProvider: 1,
      passwordHash: '',
    });
    expect(here.accountStore.find(caller.accountId)?.name).toBe('Jane Doe');
    await expect(here.sessions.login('jane@example.com', '')).rejects.toEqual(failure('AUTH', true));
  });

  it('is a duplicate for an identity or an address that has an account', async () => {
    await here.googleUsers.signUp(await issuer.idToken());
    const again = [issuer.idToken(), issuer.idToken({ email: 'other@example.com' }), issuer.idToken({ sub: 'google-2' })];
    for (const token of again) await expect(here.googleUsers.signUp(await token)).rejects.toEqual(failure('DUPLICATE', false));
  });

  it('takes an address over from a sign-up that nobody has confirmed, and from no invitation', async () => {
    await here.signUps.signUp({ name: 'Squatter', email: 'jane@example.com', password: 'a-password' });
    const caller = await here.sessions.authenticate(await here.googleUsers.signUp(await issuer.idToken()));
    expect(here.userStore.findByUsername('jane@example.com')?.id).toBe(caller.userId);
    const invited = { username: 'john@example.com', email: 'john@example.com', userType: 64 };
    here.invitations.invite({ accountId: caller.accountId, ...invited });
    const johns = await issuer.idToken({ sub: 'google-2', email: 'john@example.com' });
    await expect(here.googleUsers.signUp(johns)).rejects.toEqual(failure('DUPLICATE', false));
  });

  it('cuts names that are too long and cleans those that hold control characters', async () => {
    const claims = { name: undefined, given_name: `Ja\nne ${'x'.repeat(80)}`, family_name: '' };
    const caller = await here.sessions.authenticate(await here.googleUsers.signUp(await issuer.idToken(claims)));
    expect(here.userStore.findById(caller.userId)?.firstname).toMatch(/^Ja ne x{44}$/);
  });
});

describe('signing in with Google', () => {
  it('finds the account by the identity, whatever the address is now', async () => {
    await here.googleUsers.signUp(await issuer.idToken());
    const token = await here.googleUsers.login(await issuer.idToken({ email: 'new@example.com' }));
    expect((await here.sessions.authenticate(token)).isAdmin).toBe(true);
  });

  it('is refused for an identity without an account, also when the address has one', async () => {
    await here.addUser({ username: 'jane@example.com' });
    await expect(here.googleUsers.login(await issuer.idToken())).rejects.toEqual(failure('AUTH', true));
  });

  it('is refused for a user who is not active', async () => {
    await here.googleUsers.signUp(await issuer.idToken());
    here.database.prepare('UPDATE users SET status = 2').run();
    await expect(here.googleUsers.login(await issuer.idToken())).rejects.toEqual(failure('INACTIVE_USER', false));
  });
});

describe('an ID token', () => {
  const seconds = (offset: number): number => Math.floor(here.now() / 1000) + offset;

  it.each([
    ['of another audience', () => issuer.idToken({ aud: 'another-client' })],
    ['of several audiences that was issued to another client', () => issuer.idToken({ aud: [clientId, 'b'], azp: 'b' })],
    ['of another issuer', () => issuer.idToken({ iss: 'https://accounts.google.com' })],
    ['that has expired', () => issuer.idToken({ exp: seconds(-60) })],
    ['that never expires', () => issuer.idToken({ exp: undefined })],
    ['that is not valid yet', () => issuer.idToken({ nbf: seconds(600) })],
    ['with an address that is not verified', () => issuer.idToken({ email_verified: false })],
    ['with no word on the address', () => issuer.idToken({ email_verified: undefined })],
    ['without an address', () => issuer.idToken({ email: undefined })],
    ['without a subject', () => issuer.idToken({ sub: undefined })],
    ['signed with a key of its own', async () => issuer.idToken({}, (await generateKeyPair('RS256')).privateKey)],
    ['signed with a shared secret', async () => symmetric(await issuer.idToken())],
    ['without a signature', async () => unsigned(await issuer.idToken())],
    ['that is none', () => Promise.resolve('GOOGLE_ID_TOKEN')],
    ['that is empty', () => Promise.resolve('')],
  ])('%s is refused', async (_what, token) => {
    await expect(here.googleUsers.signUp(await token())).rejects.toEqual(failure('AUTH', true));
    expect(here.accountStore.isEmpty()).toBe(true);
  });

  it('is checked with keys that are fetched once', async () => {
    await here.googleUsers.signUp(await issuer.idToken());
    await here.googleUsers.login(await issuer.idToken());
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it.each(['discovery', 'keys'] as const)('cannot be checked while the %s is out of order, and can once it is back', async (document) => {
    issuer.break(document, 503);
    await expect(here.googleUsers.signUp(await issuer.idToken())).rejects.toEqual(failure('COGNITO', false));
    issuer.break(document, 200);
    await here.googleUsers.signUp(await issuer.idToken());
  });

  it.each(['http://127.0.0.1:1', 'http://example.com'])('cannot be checked with an issuer at %s', async (url) => {
    here.close();
    here = withGoogle(url);
    await expect(here.googleUsers.login(await issuer.idToken())).rejects.toEqual(failure('COGNITO', false));
  });

  it('is refused with the reason when Google is not configured', async () => {
    here.close();
    here = withGoogle(issuer.url, '');
    await expect(here.googleUsers.login('x')).rejects.toThrow('google-client-id');
  });
});

const payloadOf = (token: string): object => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;

const symmetric = (token: string): Promise<string> =>
  new SignJWT({ ...payloadOf(token) }).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(Buffer.alloc(32, 1));

const unsigned = (token: string): string => `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${token.split('.')[1]}.`;
