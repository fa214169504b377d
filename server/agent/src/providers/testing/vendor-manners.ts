// Owns how the four vendors differ on the wire: what brings a refresh token, whether it is rotated, and how they word their errors.
import type { ServerResponse } from 'node:http';
import type { OAuthVendor } from '../oauth-vendors.ts';

export function hasOfflineAccess({ slug }: OAuthVendor, query: URLSearchParams): boolean {
  if (slug === 'dropbox') return query.get('token_access_type') === 'offline';
  if (slug === 'googledrive') return query.get('access_type') === 'offline' && query.get('prompt') === 'consent';
  if (slug === 'onedrive') return (query.get('scope') ?? '').split(' ').includes('offline_access');
  return true;
}

/** Box: good once. Microsoft: another one each time, the old one stays good. Dropbox and Google: one for good. */
export const rotates = ({ slug }: OAuthVendor): 'once' | 'always' | 'never' =>
  slug === 'box' ? 'once' : slug === 'onedrive' ? 'always' : 'never';

const described = {
  dropbox: "code doesn't exist or has expired",
  box: 'The authorization code has expired',
  onedrive:
    'AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.\r\nTrace ID: 11111111-2222-3333-4444-555555555555\r\nTimestamp: 2026-03-01 12:00:00Z',
  googledrive: 'Malformed auth code.',
} as const;

export function tokenError({ slug }: OAuthVendor, error: string): [status: number, body: object] {
  const status = error === 'invalid_client' ? 401 : 400;
  const description = error === 'invalid_grant' ? described[slug] : `The request is refused: ${error}.`;
  if (slug !== 'onedrive') return [status, { error, error_description: description }];
  return [
    status,
    { error, error_description: description, error_codes: [70_008], timestamp: '2026-03-01 12:00:00Z', suberror: 'bad_token' },
  ];
}

/** A token that is expired or none. */
export function apiError({ slug }: OAuthVendor, response: ServerResponse): void {
  if (slug === 'box') return void response.writeHead(401, { 'www-authenticate': 'Bearer realm="Service", error="invalid_token"' }).end();
  const bodies = {
    dropbox: { error_summary: 'expired_access_token/...', error: { '.tag': 'expired_access_token' } },
    onedrive: { error: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed, the token is expired.' } },
    googledrive: { error: { code: 401, message: 'Request had invalid authentication credentials.', status: 'UNAUTHENTICATED' } },
  } as const;
  response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(bodies[slug]));
}

export const identityOf = ({ slug }: OAuthVendor): object =>
  ({
    dropbox: { account_id: 'dbid:AAH4f99T0taONIb', email: 'jane@example.com', email_verified: true, name: { display_name: 'Jane' } },
    box: { type: 'user', id: '11446498', name: 'Jane', login: 'jane@example.com' },
    onedrive: { id: 'b!t18F8ybsHUq1z3LTz8xvZqP8zaSWjkFNhsME', driveType: 'personal', owner: { user: { displayName: 'Jane' } } },
    googledrive: { user: { kind: 'drive#user', permissionId: '07283049172', emailAddress: 'jane@example.com' } },
  })[slug];
