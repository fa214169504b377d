// Owns the directories of identity providers for tests: the API of Okta beside its OpenID Connect server, and Microsoft Graph.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forTest, type Lifetime } from '../lifetime.ts';
import type { TestOidcServer } from './oidc-server.ts';

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface TestDirectory {
  readonly people: readonly Person[];
  readonly groups: Readonly<Record<string, { readonly name: string; readonly members: readonly string[] }>>;
}

export const directory: TestDirectory = {
  people: ['ada', 'grace', 'edsger', 'barbara', 'alan'].map((name) => ({
    id: `00u-${name}`,
    login: `${name}@example.com`,
    firstName: name,
    lastName: 'Doe',
  })),
  groups: {
    '00g-design': { name: 'Design Team', members: ['00u-ada', '00u-grace', '00u-alan'] },
    '00g-sound': { name: 'Sound & Vision', members: ['00u-grace'] },
    '00g-empty': { name: 'Nobody', members: [] },
  },
};

/** What the directory is for a path: its items, or nothing for a path that it does not know. */
function itemsAt(path: string, { people, groups }: TestDirectory): readonly object[] | undefined {
  if (path === 'users') return people;
  if (path === 'groups') return Object.entries(groups).map(([id, { name }]) => ({ id, name }));
  const group = groups[/^groups\/([^/]+)\/(users|members\/microsoft\.graph\.user)$/.exec(path)?.[1] ?? ''];
  return group && people.filter(({ id }) => group.members.includes(id));
}

const oktaItem = (item: object): object => {
  const { id, login, firstName, lastName, name } = item as Partial<Person> & { name?: string };
  return name === undefined ? { id, status: 'ACTIVE', profile: { login, email: login, firstName, lastName } } : { id, profile: { name } };
};

const graphItem = (item: object): object => {
  const { id, login, firstName, lastName, name } = item as Partial<Person> & { name?: string };
  return name === undefined
    ? { id, userPrincipalName: login, mail: null, givenName: firstName, surname: lastName }
    : { id, displayName: name };
};

/** For the `answer` of an OpenID Connect server: two a page, the next one by `Link`. */
export function oktaApi(server: TestOidcServer, people: TestDirectory = directory) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = new URL(request.url ?? '/', server.issuer);
    if (!url.pathname.startsWith('/api/v1/')) return false;
    const items = itemsAt(decodeURIComponent(url.pathname.slice('/api/v1/'.length)), people);
    const known = server.tokenOf(request) !== undefined;
    if (!known || items === undefined) return Boolean(response.writeHead(known ? 404 : 401).end('{"errorCode":"E0000011"}'));
    const after = Number(url.searchParams.get('after') ?? 0);
    const links = [`<${url.href}>; rel="self"`];
    if (after + 2 < items.length) links.push(`<${server.issuer}${url.pathname}?after=${after + 2}&limit=2>; rel="next"`);
    response.writeHead(200, { 'content-type': 'application/json', link: links.join(', ') });
    response.end(JSON.stringify(items.slice(after, after + 2).map(oktaItem)));
    return true;
  };
}

export interface TestGraph {
  readonly url: string;
  /** In place of the address of a next page. */
  nextLink: string | undefined;
  readonly requests: string[];
}

export async function graphServer(tokens: TestOidcServer, lifetime: Lifetime = forTest): Promise<TestGraph> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', graph.url);
    graph.requests.push(url.pathname);
    const items = itemsAt(decodeURIComponent(url.pathname.slice('/v1.0/'.length)), directory);
    const known = tokens.tokenOf(request) !== undefined;
    if (!known || items === undefined) return void response.writeHead(known ? 404 : 401).end('{}');
    const skip = Number(url.searchParams.get('$skiptoken') ?? 0);
    const next = graph.nextLink ?? `${graph.url}${url.pathname}?$skiptoken=${skip + 2}`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ value: items.slice(skip, skip + 2).map(graphItem), ...(skip + 2 < items.length && { '@odata.nextLink': next }) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const graph: TestGraph = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, nextLink: undefined, requests: [] };
  lifetime(() => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()));
  return graph;
}
