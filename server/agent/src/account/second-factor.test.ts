import { generateSync } from 'otplib';
import { afterEach, describe, expect, it } from 'vitest';
import { type IdentityInstallation, identityInstallation, type IdentityInstallationOptions } from './testing/identity.ts';
import { asCaller } from './testing/installation.ts';

let here: IdentityInstallation;
const start = (options?: IdentityInstallationOptions): IdentityInstallation => (here = identityInstallation(options));
afterEach(() => here.close());

const codeAt = (secret: string, time: number): string => generateSync({ secret, epoch: Math.floor(time / 1000) });
const failure = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });

async function jane() {
  return asCaller(await here.addUser({ username: 'jane@example.com' }));
}

/** On since a minute ago, so that no code of now was used. */
async function enrolled() {
  const caller = await jane();
  const secret = here.secondFactors.generate(caller);
  here.secondFactors.set(caller, true, codeAt(secret, here.clock.time));
  here.clock.time += 60_000;
  return { caller, secret };
}

describe('the second factor', () => {
  it('is handed out as base 32, sealed, and changes nothing until its first code', async () => {
    const { secondFactors, sessions, database } = start();
    const caller = await jane();
    const secret = secondFactors.generate(caller);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(JSON.stringify(database.prepare('SELECT * FROM mfa_enrolments').all())).not.toContain(secret);
    expect((await sessions.login('jane@example.com', 'right')).challenge).toBe(0);
  });

  it('is on after a code of the newest secret, and asked for at the next login', async () => {
    const { secondFactors, sessions, clock } = start();
    const caller = await jane();
    const old = secondFactors.generate(caller);
    const secret = secondFactors.generate(caller);
    expect(() => secondFactors.set(caller, true, codeAt(old, clock.time))).toThrow(failure('TOTP'));
    const code = codeAt(secret, clock.time);
    secondFactors.set(caller, true, `${code.slice(0, 3)} ${code.slice(3)}`);
    const { session, challenge } = await sessions.login('jane@example.com', 'right');
    expect(challenge).toBe(1);
    await expect(sessions.respondToMfa(code, session)).rejects.toEqual(failure('TOTP'));
    const next = codeAt(secret, clock.time + 30_000);
    expect((await sessions.respondToMfa(next, session)).jwtToken).not.toBe('');
  });

  it('is not switched on without a secret, without a code, or late', async () => {
    const { secondFactors, clock } = start();
    const caller = await jane();
    expect(() => secondFactors.set(caller, true, '123456')).toThrow(failure('TOTP'));
    const secret = secondFactors.generate(caller);
    for (const none of [undefined, '']) expect(() => secondFactors.set(caller, true, none)).toThrow(failure('DEFAULT'));
    expect(() => secondFactors.set(caller, true, 'abcdef')).toThrow(failure('TOTP'));
    clock.time += 30 * 60_000;
    expect(() => secondFactors.set(caller, true, codeAt(secret, clock.time))).toThrow(failure('TOTP'));
  });

  it('is not replaced while it is on: a token that was stolen must not be enough', async () => {
    start();
    const { caller } = await enrolled();
    const another = here.secondFactors.generate(caller);
    expect(() => here.secondFactors.set(caller, true, codeAt(another, here.clock.time))).toThrow(failure('SECURITY'));
  });

  it('is switched off by a code of the present secret only, and each code is good once', async () => {
    start();
    const { caller, secret } = await enrolled();
    const { secondFactors, sessions, clock, userStore } = here;
    for (const wrong of [undefined, 'abcdef']) expect(() => secondFactors.set(caller, false, wrong)).toThrow(failure('TOTP'));
    const { session } = await sessions.login('jane@example.com', 'right');
    await sessions.respondToMfa(codeAt(secret, clock.time), session);
    expect(() => secondFactors.set(caller, false, codeAt(secret, clock.time))).toThrow(failure('TOTP'));
    secondFactors.set(caller, false, codeAt(secret, clock.time + 30_000));
    expect(userStore.findById(caller.userId)?.mfaSecret).toBeNull();
    expect((await sessions.login('jane@example.com', 'right')).challenge).toBe(0);
    secondFactors.set(caller, false, undefined);
  });

  it('counts wrong codes as failed logins', async () => {
    start({ loginSettings: { maxFailures: 2 } });
    const { caller, secret } = await enrolled();
    for (const wrong of ['abcdef', 'abcdef']) expect(() => here.secondFactors.set(caller, false, wrong)).toThrow(failure('TOTP'));
    expect(() => here.secondFactors.set(caller, false, codeAt(secret, here.clock.time))).toThrow(failure('TOTP'));
  });

  it('can be set up anew once it was off', async () => {
    start();
    const { caller, secret } = await enrolled();
    here.secondFactors.set(caller, false, codeAt(secret, here.clock.time));
    const next = here.secondFactors.generate(caller);
    here.secondFactors.set(caller, true, codeAt(next, here.clock.time));
    expect(here.userStore.findById(caller.userId)?.mfaSecret).not.toBeNull();
  });

  it('is the business of the provider that vouches for the user', async () => {
    const { secondFactors, database } = start();
    const caller = await jane();
    database.prepare('UPDATE users SET auth_provider = 4').run();
    expect(() => secondFactors.generate(caller)).toThrow(failure('SECURITY'));
    expect(() => secondFactors.set(caller, true, '123456')).toThrow(failure('SECURITY'));
  });
});
