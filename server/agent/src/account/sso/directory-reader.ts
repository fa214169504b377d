// Owns reading the directory of an identity provider over HTTP: page by page, within limits, with one access token.
import type { Schema } from '@click-kit/contract';
import { refusal } from '../failure.ts';
import { type GuardedFetch, ProviderUnreachable } from './guarded-fetch.ts';

export type Relation = Schema<'SsoUserUserGroupRelation'>;

export interface DirectoryLimits {
  readonly maxRequests: number;
  readonly maxUsers: number;
}

export interface DirectoryUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly firstname: string;
  readonly lastname: string;
}

export interface DirectoryGroup {
  readonly id: string;
  readonly name: string;
}

/** One kind of directory: how it lists, and how it says that there is more. */
export interface Directory {
  readonly users: URL;
  readonly groups: URL;
  readonly membersOf: (groupId: string) => URL;
  readonly userOf: (item: Json) => DirectoryUser;
  readonly groupOf: (item: Json) => DirectoryGroup;
  readonly itemsOf: (body: unknown) => unknown;
  readonly nextOf: (body: unknown, headers: Headers) => string | undefined;
}

export type Json = Readonly<Record<string, unknown>>;

export const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export class DirectoryReader {
  readonly #fetch: GuardedFetch;
  readonly #accessToken: string;
  readonly #limits: DirectoryLimits;
  #requests = 0;

  constructor(fetch: GuardedFetch, accessToken: string, limits: DirectoryLimits) {
    this.#fetch = fetch;
    this.#accessToken = accessToken;
    this.#limits = limits;
  }

  /** Every user with its groups. More than the limits allow is refused: half a directory would look like a whole one. */
  async relations(directory: Directory): Promise<Relation[]> {
    try {
      const users = new Map<string, { user: DirectoryUser; userGroups: DirectoryGroup[] }>();
      for await (const item of this.#items(directory.users, directory)) {
        const user = directory.userOf(item);
        if (user.id !== '' && user.username !== '') users.set(user.id, { user, userGroups: [] });
        if (users.size > this.#limits.maxUsers) throw tooMany(`${this.#limits.maxUsers} users`);
      }
      for await (const item of this.#items(directory.groups, directory)) {
        const group = directory.groupOf(item);
        if (group.id === '' || group.name === '') continue;
        for await (const member of this.#items(directory.membersOf(group.id), directory))
          users.get(text(member.id))?.userGroups.push(group);
      }
      return [...users.values()].map(({ user, userGroups }) => ({
        user: { ...user, firstName: user.firstname, lastName: user.lastname },
        userGroups,
      }));
    } catch (error) {
      throw error instanceof ProviderUnreachable ? unusable(error.message, error) : error;
    }
  }

  async *#items(first: URL, directory: Directory): AsyncGenerator<Json> {
    for (let page: URL | undefined = first; page !== undefined;) {
      const { body, headers } = await this.#get(page);
      const items = directory.itemsOf(body);
      if (!Array.isArray(items)) throw unusable('its answer is no list');
      for (const item of items) yield object(item);
      page = following(page, directory.nextOf(body, headers));
    }
  }

  async #get(url: URL): Promise<{ body: unknown; headers: Headers }> {
    this.#requests += 1;
    if (this.#requests > this.#limits.maxRequests) throw tooMany(`${this.#limits.maxRequests} pages`);
    const response = await this.#fetch(url, { headers: { authorization: `Bearer ${this.#accessToken}`, accept: 'application/json' } });
    if (response.status !== 200) throw unusable(`it answers ${response.status} at ${url.pathname}`);
    try {
      return { body: await response.json(), headers: response.headers };
    } catch (error) {
      throw unusable('its answer is no JSON', error);
    }
  }
}

/** The access token goes to the directory itself, wherever a page points. */
function following(page: URL, next: string | undefined): URL | undefined {
  if (next === undefined) return undefined;
  if (!URL.canParse(next, page.href)) throw unusable('the address of its next page is none');
  const url = new URL(next, page.href);
  if (url.origin !== page.origin) throw unusable('its next page is somewhere else');
  return url;
}

const tooMany = (what: string): Error => refusal('DEFAULT', `The directory of the identity provider has more than ${what}.`);
const unusable = (why: string, cause?: unknown): Error =>
  refusal('COGNITO', `The directory of the identity provider cannot be read: ${why.replace(/\.$/, '')}.`, cause);
