import { afterEach, describe, expect, it } from 'vitest';
import { transactionsOf } from '../../store/database.ts';
import { type IdentityInstallation, identityInstallation, type IdentityInstallationOptions } from '../testing/identity.ts';
import { asCaller } from '../testing/installation.ts';

let here: IdentityInstallation;
const start = (options?: IdentityInstallationOptions): IdentityInstallation => (here = identityInstallation(options));
afterEach(() => here.close());

const fields = { username: 'john@example.com', email: 'john@example.com', firstname: 'John', lastname: 'Doe', userType: 32 };
const refused = (code: string) => expect.objectContaining({ name: 'Failure', code });

describe('an invitation', () => {
  it('makes a pending user without a password, who gets a code and a one-time password', async () => {
    const { invitations, userStore, sessions } = start();
    const accountId = here.addAccount('Example Org');
    const user = invitations.invite({ accountId, ...fields });
    expect(userStore.findById(user.id)).toEqual(user);
    expect(user).toMatchObject({ ...fields, accountId, status: 4, owner: 0, passwordHash: '', authProvider: 0 });
    const letter = (await here.mailed())[0]!;
    expect(letter.text).toContain('"Example Org"');
    expect(letter.text).toMatch(/^One-time password: [2-9a-hj-np-z]{5}(-[2-9a-hj-np-z]{5}){3}$/m);
    for (const password of ['', 'wrong']) await expect(sessions.login('john@example.com', password)).rejects.toEqual(refused('AUTH'));
  });

  it('is finished by the code, a sign-in with the one-time password, and a password of the user', async () => {
    const { invitations, signUps, sessions, passwords } = start();
    invitations.invite({ accountId: here.addAccount('Example Org'), ...fields });
    const { code, password } = await here.secretsMailedTo(fields.email);
    await expect(sessions.login(fields.username, password, 32)).rejects.toEqual(refused('INACTIVE_USER'));
    signUps.confirm(fields.email, code);
    const { jwtToken } = await sessions.login(fields.username, password, 32);
    await expect(sessions.login(fields.username, password, 32)).rejects.toEqual(refused('AUTH'));
    await passwords.reset(await sessions.authenticate(jwtToken), password, 'a-new-password');
    await sessions.authenticate(jwtToken);
    expect((await sessions.login(fields.username, 'a-new-password')).challenge).toBe(0);
    await expect(sessions.login(fields.username, password)).rejects.toEqual(refused('AUTH'));
  });

  it('is confirmed by the address when the username is another text', async () => {
    const { invitations, signUps, userStore } = start();
    const user = invitations.invite({ accountId: here.addAccount('Example Org'), ...fields, username: 'johnny' });
    signUps.confirm('JOHN@example.com', (await here.secretsMailedTo(fields.email)).code);
    expect(userStore.findById(user.id)?.status).toBe(1);
  });

  it('goes with the transaction that it is part of, letter included', async () => {
    const { invitations, userStore, database } = start();
    const accountId = here.addAccount('Example Org');
    const both = (): void =>
      transactionsOf(database)(() => {
        invitations.invite({ accountId, ...fields });
        invitations.invite({ accountId, ...fields, username: 'JOHN@example.com' });
      });
    expect(both).toThrow(expect.objectContaining({ code: 'DUPLICATE' }));
    expect(userStore.findByUsername(fields.username)).toBeUndefined();
    expect(await here.mailed()).toEqual([]);
  });

  it.each([
    ['DUPLICATE', { username: 'Taken@example.com' }],
    ['INVALID_EMAIL', { email: 'john' }],
    ['DEFAULT', { userType: 0 }],
    ['DEFAULT', { userType: 48 }],
    ['DEFAULT', { username: ' ' }],
    ['DEFAULT', { firstname: 'a\nb' }],
    ['DEFAULT', { lastname: '😀'.repeat(51) }],
  ])('is refused with %s for %j', async (code, wrong) => {
    const { invitations } = start();
    const { accountId } = await here.addUser({ username: 'taken@example.com' });
    expect(() => invitations.invite({ accountId, ...fields, ...wrong })).toThrow(expect.objectContaining({ code }));
    expect(await here.mailed()).toEqual([]);
  });

  it('takes names of fifty characters of any script', () => {
    const { invitations } = start();
    const name = '😀'.repeat(50);
    expect(invitations.invite({ accountId: here.addAccount('Example Org'), ...fields, firstname: name }).firstname).toBe(name);
  });
});

describe('sending an invitation again', () => {
  it('by id or username replaces code and password', async () => {
    const { invitations, signUps, sessions } = start();
    const admin = await here.addUser({ username: 'admin@example.com' });
    const { id } = invitations.invite({ accountId: admin.accountId, ...fields });
    const first = await here.secretsMailedTo(fields.email);
    invitations.resend(asCaller(admin), { id: id.toUpperCase() });
    invitations.resend(asCaller(admin), { username: 'John@example.com' });
    const last = await here.secretsMailedTo(fields.email);
    expect(last.password).not.toBe(first.password);
    signUps.confirm(fields.email, last.code);
    await expect(sessions.login(fields.username, first.password)).rejects.toEqual(refused('AUTH'));
    expect((await sessions.login(fields.username, last.password)).jwtToken).not.toBe('');
  });

  it('is refused for users of other accounts as for unknown ones, for active ones, and for too many', async () => {
    const { invitations } = start({ settings: { mailsPerHour: 1 } });
    const admin = await here.addUser({ username: 'admin@example.com' });
    const stranger = await here.addUser({ username: 'stranger@example.org' });
    const { id } = invitations.invite({ accountId: admin.accountId, ...fields });
    const again = (caller: typeof admin, user: { id?: string; username?: string }) => () => invitations.resend(asCaller(caller), user);
    expect(again(stranger, { id })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(again(stranger, { username: fields.username })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(again(admin, { username: 'nobody' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(again(admin, { id: admin.id })).toThrow(expect.objectContaining({ code: 'DEFAULT' }));
    expect(again(admin, {})).toThrow(expect.objectContaining({ code: 'DEFAULT' }));
    expect(again(admin, { id })).toThrow(expect.objectContaining({ code: 'SECURITY' }));
  });
});
