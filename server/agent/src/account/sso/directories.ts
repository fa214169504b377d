// Owns the two directories that users are imported from: the API of an Okta organisation, and Microsoft Graph.
import { type Directory, object, text } from './directory-reader.ts';

const pageSize = 200;

/** https://developer.okta.com/docs/api/: lists are arrays, the next page is a `Link`. */
export function oktaDirectory(organisation: URL): Directory {
  const at = (path: string): URL => new URL(`${path}?limit=${pageSize}`, organisation.origin);
  return {
    users: at('/api/v1/users'),
    groups: at('/api/v1/groups'),
    membersOf: (groupId) => at(`/api/v1/groups/${encodeURIComponent(groupId)}/users`),
    userOf({ id, profile }) {
      const { login, email, firstName, lastName } = object(profile);
      return { id: text(id), username: text(login), email: text(email), firstname: text(firstName), lastname: text(lastName) };
    },
    groupOf: ({ id, profile }) => ({ id: text(id), name: text(object(profile).name) }),
    itemsOf: (body) => body,
    nextOf: (_body, headers) => /<([^<>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1],
  };
}

/** https://learn.microsoft.com/graph/: lists stand in `value`, the next page is `@odata.nextLink`. */
export function graphDirectory(graph: URL): Directory {
  const base = `${graph.href.replace(/\/$/, '')}/v1.0`;
  const at = (path: string, select: string): URL => new URL(`${base}${path}?$select=${select}&$top=${pageSize}`);
  return {
    users: at('/users', 'id,userPrincipalName,mail,givenName,surname'),
    groups: at('/groups', 'id,displayName'),
    membersOf: (groupId) => at(`/groups/${encodeURIComponent(groupId)}/members/microsoft.graph.user`, 'id'),
    userOf: ({ id, userPrincipalName, mail, givenName, surname }) => ({
      id: text(id),
      username: text(userPrincipalName),
      email: text(mail),
      firstname: text(givenName),
      lastname: text(surname),
    }),
    groupOf: ({ id, displayName }) => ({ id: text(id), name: text(displayName) }),
    itemsOf: (body) => object(body).value,
    nextOf: (body) => text(object(body)['@odata.nextLink']) || undefined,
  };
}
