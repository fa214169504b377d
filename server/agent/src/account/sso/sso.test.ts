import { describe, expect, it } from 'vitest';
import { SsoAttemptStore } from '../../store/sso-attempt-store.ts';
import { okta, SsoConfigurationStore } from '../../store/sso-configuration-store.ts';
import { asCaller, installation } from '../testing/installation.ts';
import { Attempts } from './attempts.ts';
import { OidcConfigurations } from './configurations.ts';
import { isUser, vouchedNames } from './identity.ts';
import { isIssuer, issuerOf } from './oidc-provider.ts';

async function prepared() {
  const home = installation();
  const user = await home.addUser({ username: 'jane@example.com' });
  const store = new SsoConfigurationStore(home.database);
  const configurations = new OidcConfigurations(okta, { store, secretBox: home.secretBox, now: home.now });
  const fields = { ClientId: 'c', ClientSecret: 'a-long-secret-3141', OpenIdURL: 'https://idp.example.com' };
  const { Id: configurationId } = configurations.setup(asCaller(user), fields);
  const attemptStore = new SsoAttemptStore(home.database);
  const settings = { lifetimeMs: 60_000, perUser: 2 };
  const attempts = new Attempts({ store: attemptStore, secretBox: home.secretBox, now: home.now, settings });
  const callbackUrl = 'http://localhost/';
  const begin = (): string => {
    const secrets = attempts.newSecrets();
    attempts.begin('sign-in', { configurationId, userId: user.id, callbackUrl }, secrets);
    return secrets.identifier;
  };
  return { home, user, store, configurations, attemptStore, attempts, begin, callbackUrl, configurationId };
}

describe('an attempt', () => {
  it('gives back its secrets once, within its lifetime', async () => {
    const { home, attempts, begin, callbackUrl } = await prepared();
    const identifier = begin();
    expect(attempts.take(identifier, callbackUrl).codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(() => attempts.take(identifier, callbackUrl)).toThrow('used already');
    const late = begin();
    home.clock.time += 60_000;
    expect(() => attempts.take(late, callbackUrl)).toThrow('expired');
    home.close();
  });

  it('gives way to newer ones of the same user', async () => {
    const { home, attempts, begin, callbackUrl } = await prepared();
    const identifiers = [begin(), begin(), begin()];
    expect(() => attempts.take(identifiers[0] ?? '', callbackUrl)).toThrow('unknown');
    for (const identifier of identifiers.slice(1)) expect(attempts.take(identifier, callbackUrl).callbackUrl).toBe(callbackUrl);
    home.close();
  });

  it('goes with its user, and cannot be begun for one who has gone', async () => {
    const { home, user, attempts, begin, callbackUrl } = await prepared();
    const identifier = begin();
    home.database.prepare('DELETE FROM users WHERE id = ?').run(user.id);
    expect(() => attempts.take(identifier, callbackUrl)).toThrow('unknown');
    expect(begin).toThrow('No single sign-on');
    home.close();
  });
});

describe('an assertion', () => {
  it('is used once per configuration, until it would be refused by its age', async () => {
    const { home, attemptStore, configurationId } = await prepared();
    const now = home.now();
    expect(attemptStore.useAssertion(configurationId, 'hash', now, now + 1000)).toBe(true);
    expect(attemptStore.useAssertion(configurationId, 'hash', now + 999, now + 2000)).toBe(false);
    expect(attemptStore.useAssertion('gone', 'hash', now, now + 1000)).toBe(false);
    expect(attemptStore.useAssertion(configurationId, 'hash', now + 1000, now + 2000)).toBe(true);
    home.close();
  });
});

describe('whom an identity provider vouches for', () => {
  const jane = { username: 'Jane@example.com', email: 'jane.doe@example.com' };

  it('is told by a verified email, in either of the names of a user', () => {
    for (const email of ['jane@EXAMPLE.com', 'Jane.Doe@example.com'])
      expect(isUser(jane, vouchedNames(4, { email, email_verified: true }))).toBe(true);
    for (const email_verified of [false, undefined, null, 'no', 0])
      expect(isUser(jane, vouchedNames(4, { email: jane.email, email_verified }))).toBe(false);
  });

  it('is told by the name to sign in with only where the provider guards it', () => {
    for (const claims of [{ preferred_username: jane.username }, { upn: jane.username }, { email: jane.email, xms_edov: true }]) {
      expect(isUser(jane, vouchedNames(2, claims))).toBe(true);
      expect(isUser(jane, vouchedNames(4, claims))).toBe(false);
    }
    expect(isUser(jane, vouchedNames(2, { email: jane.email }))).toBe(false);
  });

  it('is nobody whose letters only look the same', () => {
    // The Kelvin sign, which is k in lower case, and the dotless i, which is I in upper case.
    for (const [username, email] of [
      ['kim@example.com', '\u212Aim@example.com'],
      ['iris@example.com', '\u0131ris@example.com'],
    ] as const)
      expect(isUser({ username, email: username }, vouchedNames(4, { email, email_verified: true }))).toBe(false);
    expect(isUser({ username: '', email: '' }, vouchedNames(4, { email: '', email_verified: true }))).toBe(false);
  });
});

describe('the address of an issuer', () => {
  it.each([
    ['https://example.okta.com/.well-known/openid-configuration', 'https://example.okta.com/'],
    ['https://example.okta.com/oauth2/default', 'https://example.okta.com/oauth2/default'],
    ['https://example.okta.com/oauth2/default/.well-known/openid-configuration', 'https://example.okta.com/oauth2/default'],
    ['https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration', 'https://login.microsoftonline.com/t/v2.0'],
  ])('of %s is %s', (openIdUrl, issuer) => {
    expect(issuerOf(openIdUrl).href).toBe(issuer);
  });
});

describe('an issuer', () => {
  const guid = '9188040d-6c67-4c5b-b112-36a304b66dad';

  it.each([
    ['https://idp.example.com/', 'https://idp.example.com', true],
    ['https://idp.example.com/a', 'https://idp.example.com/a/', true],
    ['https://idp.example.com/a', 'https://idp.example.com/b', false],
    ['https://idp.example.com/', 'https://idp.example.com.evil.example.net', false],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0', `https://login.microsoftonline.com/${guid}/v2.0`, true],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com', `https://sts.windows.net/${guid}/`, true],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0', 'https://login.microsoftonline.com/{tenantid}/v2.0', false],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0', 'https://evil.example.com/v2.0', false],
    ['https://idp.example.com/', `https://sts.windows.net/${guid}/`, false],
  ])('that is asked at %s and says that it is %s: %s', (address, issuer, is) => {
    expect(isIssuer(new URL(address), issuer)).toBe(is);
  });
});
