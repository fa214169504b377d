// Owns the directory of the kit's identity provider, in the form of Okta's public API: users, groups, and who is in which.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

interface Group {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
}

const people = ['ada', 'grace', 'alan'].map((name) => ({
  id: `00u0kit0${name}`,
  status: 'ACTIVE',
  profile: { login: `${name}@kit.example.com`, email: `${name}@kit.example.com`, firstName: name, lastName: 'Kit' },
}));

const groups: readonly Group[] = [
  { id: '00g0kit0design', name: 'Kit Design', members: ['ada', 'grace'] },
  { id: '00g0kit0sound', name: 'Kit Sound', members: ['grace'] },
];

/** Who is to be found by an import, and in which groups. */
export const imported: ReadonlyMap<string, readonly string[]> = new Map(
  people.map(({ profile: { login, firstName } }) => [
    login,
    groups.filter(({ members }) => members.includes(firstName)).map(({ name }) => name),
  ]),
);

const shown = ({ id, name }: Group): object => ({ id, type: 'OKTA_GROUP', profile: { name } });
const isIn = ({ members }: Group, { profile }: (typeof people)[number]): boolean => members.includes(profile.firstName);

function itemsAt(path: string): readonly object[] | undefined {
  if (path === '/api/v1/users') return people;
  if (path === '/api/v1/groups') return groups.map(shown);
  const [, kind, id, relation] = /^\/api\/v1\/(groups|users)\/([^/]+)\/(users|groups)$/.exec(path) ?? [];
  if (kind === 'groups' && relation === 'users') {
    const group = groups.find((one) => one.id === id);
    return group && people.filter((person) => isIn(group, person));
  }
  const person = kind === 'users' && relation === 'groups' ? people.find((one) => one.id === id) : undefined;
  return person && groups.filter((group) => isIn(group, person)).map(shown);
}

/** Two a page; the next one is told by `Link`. */
export async function directoryAnswer(
  provider: Provider,
  issuer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', issuer);
  const token = await provider.AccessToken.find((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  const items = itemsAt(decodeURIComponent(url.pathname));
  if (token === undefined || items === undefined) return void response.writeHead(token === undefined ? 401 : 404).end('{}');
  const after = Number(url.searchParams.get('after') ?? 0);
  const next = after + 2 < items.length ? `, <${issuer}${url.pathname}?after=${after + 2}&limit=2>; rel="next"` : '';
  response.writeHead(200, { 'content-type': 'application/json', link: `<${url.href}>; rel="self"${next}` });
  response.end(JSON.stringify(items.slice(after, after + 2)));
}
