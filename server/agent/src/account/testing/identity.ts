// Owns an installation for tests of identities: its letters are kept in place of being sent, passwords are cheap.
import { type IdentitySettings, openIdentityServices } from '../../identity-services.ts';
import type { Mail } from '../../mail/mailer.ts';
import { cheap, installation, type InstallationOptions } from './installation.ts';

export interface IdentityInstallationOptions extends InstallationOptions {
  readonly settings?: Partial<IdentitySettings>;
}

const [minute, hour] = [60_000, 3_600_000];

export const defaultIdentitySettings: IdentitySettings = {
  signUpLifetimeMs: hour,
  invitationLifetimeMs: 168 * hour,
  recoveryLifetimeMs: 30 * minute,
  mailsPerHour: 5,
  maxPendingSignUps: 3,
  google: { issuer: 'http://localhost:1', clientId: '', timeoutMs: 2000 },
};

export function identityInstallation({ settings, ...options }: IdentityInstallationOptions = {}) {
  const here = installation(options);
  const letters: Mail[] = [];
  const failures: unknown[] = [];
  const services = openIdentityServices({
    ...here,
    users: here.userStore,
    settings: { ...defaultIdentitySettings, ...settings },
    mailer: { send: (mail) => Promise.resolve(void letters.push(mail)) },
    requireSeat: () => undefined,
    onMailFailure: (problem) => failures.push(problem),
    passwordCost: cheap,
  });
  return {
    ...here,
    ...services,
    failures,
    /** What went out since the last look. */
    async mailed(): Promise<Mail[]> {
      await services.mailQueue.deliver();
      return letters.splice(0);
    },
    /** The code and the one-time password of the last letter to the address. */
    async secretsMailedTo(address: string): Promise<{ code: string; password: string }> {
      const letter = (await this.mailed()).findLast(({ to }) => to === address);
      if (letter === undefined) throw new Error(`Nothing was mailed to ${address}.`);
      return secretsOf(letter.text);
    },
  };
}

export type IdentityInstallation = ReturnType<typeof identityInstallation>;

/** Empty where the letter has none. */
export const secretsOf = (text: string): { code: string; password: string } => ({
  code: /^Activation code: (\w+)\r?$/m.exec(text)?.[1] ?? '',
  password: /^One-time password: ([\w-]+)\r?$/m.exec(text)?.[1] ?? '',
});
