// Owns the letters that carry codes and one-time passwords.
import type { Mail } from './mailer.ts';

export interface ConfirmationFacts {
  readonly to: string;
  readonly code: string;
  readonly lifetimeMs: number;
}

export interface InvitationFacts extends ConfirmationFacts {
  readonly username: string;
  readonly accountName: string;
  readonly password: string;
}

export type RecoveryFacts = Omit<InvitationFacts, 'accountName' | 'code'>;

// Lines of at most 76 characters are sent as they stand, and so can be read in an outbox file.
const text = (...paragraphs: string[]): string => `${paragraphs.join('\n\n')}\n`;

/** Holds nothing that the person who signed up has written: the address may be somebody else's. */
export const confirmationLetter = ({ to, code, lifetimeMs }: ConfirmationFacts): Mail => ({
  to,
  subject: 'Your activation code',
  text: text(
    'Somebody, probably you, has signed up with this address.',
    `Activation code: ${code}`,
    `The code works for ${duration(lifetimeMs)}.\nIf it was not you, there is nothing to do.`,
  ),
});

export const invitationLetter = ({ to, username, accountName, code, password, lifetimeMs }: InvitationFacts): Mail => ({
  to,
  subject: 'Your invitation',
  text: text(
    `You are invited to join the account\n${JSON.stringify(accountName)}.`,
    `Username: ${username}\nActivation code: ${code}\nOne-time password: ${password}`,
    'Confirm the code first, then sign in with the one-time password\nand replace it with a password of your own.',
    `Code and password work for ${duration(lifetimeMs)}.`,
  ),
});

export const recoveryLetter = ({ to, username, password, lifetimeMs }: RecoveryFacts): Mail => ({
  to,
  subject: 'Your one-time password',
  text: text(
    'Somebody, probably you, has asked for a new password.',
    `Username: ${username}\nOne-time password: ${password}`,
    `Sign in with it, once, within ${duration(lifetimeMs)},\nand replace it with a password of your own. All other sessions end then.`,
    'If it was not you, there is nothing to do:\nyour password has not changed.',
  ),
});

export const otherSignInLetter = ({ to, username }: Pick<RecoveryFacts, 'to' | 'username'>): Mail => ({
  to,
  subject: 'How you sign in',
  text: text(
    'Somebody, probably you, has asked for a new password.',
    `Username: ${username}`,
    'You sign in by another provider, such as Google or the single sign-on\nof your account, and have no password here.',
  ),
});

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [count, unit] = minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
