// Owns users that checks bring into the account: invited, confirmed, signed in, and removed again.
import type { Schema } from '@click-kit/contract';
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import { codeOf } from './error-model.ts';
import { Blocked } from './faults.ts';
import { NoLetter } from './fixtures/mailbox.ts';

export type NewUser = Schema<'InsertUserRequest'>;

/** For users of the kit's own. */
export const newPassword = 'kit-Password-1';

let users = 0;

/** An address of this run's own, short enough for a username (50 characters). */
export function newAddress({ prefix }: Pick<Context, 'prefix'>): string {
  users += 1;
  return `${prefix}-${users}@example.com`;
}

export function newUser(context: Pick<Context, 'prefix'>): NewUser {
  const address = newAddress(context);
  return { firstname: 'Kit', lastname: 'Doe', username: address, email: address, userType: 64 };
}

/** Takes the user back at the end, as far as the target can delete users. */
export function removeLater({ cleanUp }: Pick<Context, 'cleanUp'>, api: Api, { id, username }: { id: string; username: string }): void {
  const after = api.forCleanUp();
  cleanUp(`user ${username}`, async () => {
    const { status } = await after.call('deleteUser', { query: { id } });
    if (status !== 200) throw new Error(`deleting user ${username} answered ${status}`);
  });
}

/** A pending user; what goes wrong on the way to one is no finding of a check that starts from it. */
export async function invitedUser(context: Context): Promise<Schema<'User'>> {
  const api = await context.given.session();
  const { status, body, headers } = await api.call('insertUser', { body: newUser(context) });
  if (status !== 200) throw new Blocked(`no user can be invited: insert_user answered ${status} ${codeOf(body, headers) ?? ''}`.trim());
  const user = body as Schema<'User'>;
  removeLater(context, api, user);
  return user;
}

/** The next letter to the address; that it comes is a fact of its own. */
export async function letterTo({ given, expect, deadlines, signal }: Context, address: string, rule: string): Promise<string> {
  try {
    const { text } = await given.fixture('mailbox').waitFor(address, { deadlineMs: deadlines.frameMs, signal });
    expect.that(true, rule);
    return text;
  } catch (error) {
    if (error instanceof NoLetter) return expect.fail(rule, 'a letter', error.message);
    throw error;
  }
}

/** What the reference agent mails: the contract leaves the words of a letter open. */
export function secretsOf(text: string): { readonly code: string; readonly password: string } {
  return {
    code: /^Activation code: (\S+)$/m.exec(text)?.[1] ?? '',
    password: /^One-time password: (\S+)$/m.exec(text)?.[1] ?? '',
  };
}

export interface Joined {
  readonly api: Api;
  readonly username: string;
  readonly password: string;
}

/** A user who was invited, has confirmed, and is signed in with a password that was mailed. */
export async function joinedUser(context: Context): Promise<Joined> {
  const { api, given } = context;
  given.fixture('mailbox');
  const { email, username } = await invitedUser(context);
  const { code, password } = secretsOf(await letterTo(context, email, 'the invitation is mailed'));
  const confirmed = await api.call('confirmSignUp', { body: { email, token: code } });
  if (confirmed.status !== 200) throw new Blocked(`the invitation cannot be confirmed: confirm_signup answered ${confirmed.status}`);
  return { api: await signedIn(context, username, password), username, password };
}

export async function signedIn({ api }: Pick<Context, 'api'>, username: string, password: string): Promise<Api> {
  const { status, body } = await api.call('login', { body: { username, password } });
  const { jwtToken } = (typeof body === 'object' && body !== null ? body : {}) as { jwtToken?: unknown };
  if (typeof jwtToken !== 'string' || jwtToken === '') throw new Blocked(`the new user cannot sign in: login answered ${status}`);
  return api.withToken(jwtToken);
}
