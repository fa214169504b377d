// Whole-agent tests of becoming a user and staying one: sign-up, invitation, recovery, profile, second factor, Google.
import { createClickClient } from '@click-kit/contract';
import { generateSync } from 'otplib';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientId, type TestIssuer, testIssuer } from '../src/account/testing/google-issuer.ts';
import { secretsOf } from '../src/account/testing/identity.ts';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup, forTest } from './lifetime.ts';
import { type Outbox, outboxOf } from './outbox.ts';

const lifetime = forGroup();
let running: TestAgent;
let outbox: Outbox;
let issuer: TestIssuer;
let anonymous: ReturnType<typeof createClickClient>;
let admin: SignedIn;
let member: SignedIn;

beforeAll(async () => {
  issuer = await testIssuer(Date.now);
  lifetime(issuer.close);
  running = await agent({ seed: 'demo', googleIssuer: issuer.url, googleClientId: clientId }, lifetime);
  outbox = await outboxOf(running.dataDir);
  anonymous = createClickClient({ baseUrl: running.url });
  admin = await running.signIn();
  member = await running.signIn('user@example.com');
});

const login = (username: string, password: string) => anonymous.POST('/authentication/login', { body: { username, password } });
const confirm = (email: string, token: string) => anonymous.POST('/authentication/confirm_signup', { body: { email, token } });
const withToken = (token: string) => createClickClient({ baseUrl: running.url, token });
const profile = (click: ReturnType<typeof createClickClient>) => click.GET('/authentication/user');
const invite = (click: SignedIn, name: string, userType = 64) =>
  click.POST('/user/insert_user', {
    body: { firstname: name, lastname: 'Doe', username: `${name}@example.com`, email: `${name}@example.com`, userType },
  });

/** An invited user who has confirmed and signed in with the one-time password. */
async function joined(name: string) {
  await bodyOf(invite(admin, name));
  const { code, password } = secretsOf(await outbox.next(`${name}@example.com`));
  expect(await bodyOf(confirm(`${name}@example.com`, code))).toBe(true);
  const { jwtToken } = await bodyOf(login(`${name}@example.com`, password));
  return { click: withToken(jwtToken), token: jwtToken, password, username: `${name}@example.com` };
}

const codeNow = (secret: string, offset = 0): string => generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + offset });

describe('signing up', () => {
  const jane = { name: 'Jane Roe', email: 'jane.roe@example.com', password: 'a-password' };

  it('leads from the mailed code to a session of the owner of a new account', async () => {
    expect((await anonymous.POST('/authentication/signup', { body: jane })).response.status).toBe(200);
    expect(await refusalOf(login(jane.email, jane.password))).toMatchObject({ status: 499, code: 'INACTIVE_USER' });
    expect(await refusalOf(anonymous.POST('/authentication/signup', { body: jane }))).toMatchObject({ status: 499, code: 'DUPLICATE' });
    await outbox.next(jane.email);
    expect((await anonymous.POST('/authentication/resend_confirmation_email', { body: { email: jane.email } })).response.status).toBe(200);
    const { code } = secretsOf(await outbox.next(jane.email));
    expect(await refusalOf(confirm(jane.email, '0000'))).toMatchObject({ status: 499, code: 'TOKEN' });
    expect(await bodyOf(confirm(jane.email, code))).toBe(true);
    const { jwtToken } = await bodyOf(login(jane.email, jane.password));
    expect(await bodyOf(profile(withToken(jwtToken)))).toMatchObject({
      accountName: 'Jane Roe',
      firstName: 'Jane',
      lastName: 'Roe',
      userType: 16,
      owner: true,
      jwtToken,
    });
    expect((await bodyOf(withToken(jwtToken).GET('/user/get_all_users'))).total).toBe(1);
  });

  it('needs no mail server that answers at once: the code comes when it can be delivered', async () => {
    const deaf = await agent({ seed: 'none', smtp: { host: '127.0.0.1', port: 1, secure: false, user: '', password: '', timeoutMs: 500 } });
    const click = createClickClient({ baseUrl: deaf.url });
    expect((await click.POST('/authentication/signup', { body: jane })).response.status).toBe(200);
    await deaf.close();
    const again = await agent({ dataDir: deaf.dataDir, seed: 'none' });
    const mail = outboxOf(deaf.dataDir);
    await createClickClient({ baseUrl: again.url }).POST('/authentication/resend_confirmation_email', { body: { email: jane.email } });
    expect(secretsOf(await (await mail).next(jane.email)).code).toMatch(/^\w{4}$/);
  });

  it('takes no body that is empty, of the wrong type or over-long, and never fails', async () => {
    const paths = ['signup', 'confirm_signup', 'resend_confirmation_email', 'forgot_password', 'google_signup', 'google_login'];
    const long = 'x'.repeat(20_000);
    const bodies = [
      '',
      '[]',
      'null',
      '"text"',
      '{}',
      '{"email":1,"username":[],"idToken":{}}',
      JSON.stringify({ email: long, username: long, idToken: long, name: long, password: long, token: long }),
    ];
    for (const path of paths)
      for (const body of bodies) {
        const answer = await running.send(`/authentication/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        expect([path, body.slice(0, 20), answer.status, answer.headers.get('error-code')]).toEqual([
          path,
          body.slice(0, 20),
          499,
          'DEFAULT',
        ]);
      }
  });
});

describe('an invitation', () => {
  it('answers the pending user, and leads to a session and a password of the user', async () => {
    const user = await bodyOf(invite(admin, 'newcomer', 32));
    expect(user).toMatchObject({ username: 'newcomer@example.com', userType: 32, status: 4, owner: false, mfa: false });
    const pending = await bodyOf(admin.GET('/user/get_all_users', { params: { query: { userStatus: 4, username: 'newcomer@' } } }));
    expect(pending.data).toEqual([user]);
    const first = secretsOf(await outbox.next(user.email));
    expect((await admin.POST('/user/resend_user_email', { body: user })).response.status).toBe(200);
    const { code, password } = secretsOf(await outbox.next(user.email));
    await bodyOf(confirm(user.email, code));
    expect(await refusalOf(login(user.username, first.password))).toMatchObject({ status: 401, code: 'AUTH' });
    const { jwtToken } = await bodyOf(login(user.username, password));
    const click = withToken(jwtToken);
    const reset = { password: 'a-new-password', currentPassword: password };
    expect((await click.POST('/authentication/reset_password', { body: reset })).response.status).toBe(200);
    expect((await bodyOf(login(user.username, 'a-new-password'))).jwtToken).not.toBe('');
    expect((await bodyOf(profile(click))).accountName).toBe('Example Org');
    expect(await refusalOf(admin.POST('/user/resend_user_email', { body: user }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('is for administrators, and tells nothing of users of other accounts', async () => {
    expect(await refusalOf(invite(member, 'nobody'))).toMatchObject({ status: 499, code: 'ACCESS' });
    const user = await bodyOf(invite(admin, 'hidden'));
    const stranger = await running.signIn('owner@example.org');
    const unknown = { id: '11111111-2222-4333-8444-555555555555' };
    const answers = [
      await refusalOf(stranger.POST('/user/resend_user_email', { body: user })),
      await refusalOf(admin.POST('/user/resend_user_email', { body: unknown })),
    ];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(invite(stranger, 'hidden'))).toMatchObject({ status: 499, code: 'DUPLICATE' });
  });
});

describe('a forgotten password', () => {
  it('is answered alike whoever it belongs to, and mails a way in', async () => {
    const { username } = await joined('forgetful');
    const answers = await Promise.all(
      [username, 'nobody@example.com', ''].map(async (name) => {
        const { response } = await anonymous.POST('/authentication/forgot_password', { body: { username: name } });
        return [response.status, await response.text()];
      }),
    );
    expect(answers).toEqual([
      [200, ''],
      [200, ''],
      [200, ''],
    ]);
    const { password } = secretsOf(await outbox.next(username));
    expect((await bodyOf(login(username, password))).jwtToken).not.toBe('');
    expect(await outbox.unread('nobody@example.com')).toEqual([]);
  });
});

describe('a new password', () => {
  it('ends the other sessions; a wrong present one is refused, and the session stays', async () => {
    const { click, token, password, username } = await joined('changing');
    const reset = (currentPassword: string) =>
      click.POST('/authentication/reset_password', { body: { password: 'a-new-password', currentPassword } });
    expect(await refusalOf(reset('wrong'))).toMatchObject({ status: 499, code: 'AUTH' });
    expect((await reset(password)).response.status).toBe(200);
    const other = await bodyOf(login(username, 'a-new-password'));
    expect((await reset('a-new-password')).response.status).toBe(200);
    expect(await refusalOf(profile(withToken(other.jwtToken)))).toMatchObject({ status: 401, code: 'SESSION' });
    expect((await bodyOf(profile(click))).jwtToken).toBe(token);
  });
});

describe('the profile', () => {
  it('is changed by its user; the account by its administrators only', async () => {
    const before = await bodyOf(profile(member));
    expect(before).toMatchObject({ username: 'user@example.com', owner: false, userType: 64, authProvider: 0, jwtToken: member.token });
    const update = (click: SignedIn, body: object) => click.PUT('/authentication/update_user', { body });
    expect(await bodyOf(update(member, { firstName: 'Jon' }))).toEqual({ ...before, firstName: 'Jon' });
    expect(await refusalOf(update(member, { accountName: 'Mine' }))).toMatchObject({ status: 499, code: 'ACCESS' });
    expect((await bodyOf(update(admin, { accountName: 'Example Organisation' }))).accountName).toBe('Example Organisation');
    expect((await bodyOf(profile(member))).accountName).toBe('Example Organisation');
    await bodyOf(update(admin, { accountName: 'Example Org' }));
    const subscribe = (click: SignedIn) => click.PUT('/authentication/update_subscription', { body: { subscriptionType: 2 } });
    expect(await refusalOf(subscribe(member))).toMatchObject({ status: 499, code: 'ACCESS' });
    expect((await subscribe(admin)).response.status).toBe(200);
    expect((await bodyOf(profile(member))).subscriptionType).toBe(2);
  });
});

describe('the second factor', () => {
  it('is enrolled by a code, asked for at login, and switched off by a code', async () => {
    const { click, password, username } = await joined('careful');
    await click.POST('/authentication/reset_password', { body: { password: 'a-new-password', currentPassword: password } });
    const secret = await bodyOf(click.POST('/user/generate_mfa_token'));
    const set = (enabled: boolean, userCode?: string) =>
      click.POST('/user/set_mfa', { body: { enabled, ...(userCode !== undefined && { userCode }) } });
    expect(await refusalOf(set(true))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await refusalOf(set(true, 'abcdef'))).toMatchObject({ status: 499, code: 'TOTP' });
    expect((await set(true, codeNow(secret, -30))).response.status).toBe(200);
    const { challenge, session } = await bodyOf(login(username, 'a-new-password'));
    expect(challenge).toBe(1);
    const answer = await bodyOf(anonymous.POST('/authentication/mfa_respond', { body: { session, userCode: codeNow(secret) } }));
    expect((await bodyOf(profile(withToken(answer.jwtToken)))).mfa).toBe(true);
    expect(await refusalOf(set(false))).toMatchObject({ status: 499, code: 'TOTP' });
    expect((await set(false, codeNow(secret, 30))).response.status).toBe(200);
    expect((await bodyOf(login(username, 'a-new-password'))).challenge).toBe(0);
  });
});

describe('Google', () => {
  it('opens an account once, and signs in to it', async () => {
    const person = { sub: 'google-of-gina', email: 'gina@example.com', name: 'Gina' };
    const signUp = async () => anonymous.POST('/authentication/google_signup', { body: { idToken: await issuer.idToken(person) } });
    const signIn = async () => anonymous.POST('/authentication/google_login', { body: { idToken: await issuer.idToken(person) } });
    expect(await refusalOf(signIn())).toMatchObject({ status: 401, code: 'AUTH' });
    const token = await bodyOf(signUp());
    expect(await bodyOf(profile(withToken(token)))).toMatchObject({ accountName: 'Gina', authProvider: 1, owner: true, mfa: false });
    expect(await refusalOf(signUp())).toMatchObject({ status: 499, code: 'DUPLICATE' });
    expect((await bodyOf(profile(withToken(await bodyOf(signIn()))))).username).toBe('gina@example.com');
  });

  it('is refused with the reason when it is not configured', async () => {
    const without = await agent({ seed: 'none' }, forTest);
    const call = createClickClient({ baseUrl: without.url }).POST('/authentication/google_login', { body: { idToken: 'x' } });
    expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'DEFAULT', message: expect.stringContaining('not configured') });
  });
});

describe('the log', () => {
  it('holds no code and no password', async () => {
    const { password } = await joined('logged');
    expect(running.logged()).not.toContain(password);
    expect(running.logged()).not.toContain('a-new-password');
  });
});
