// Owns what the providers of linked accounts (Dropbox, Box, OneDrive, Google Drive) have in common: whose account it is, and that there are no keys.
import { kindOfStatus } from './http-errors.ts';
import { ask, defaultOAuthLimits, type OAuthAnswer, type OAuthLimits } from './oauth-http.ts';
import { withToken } from './oauth-tokens.ts';
import type { OAuthVendor } from './oauth-vendors.ts';
import { type AccessTokens, type ProviderAccount, ProviderError } from './provider.ts';

/** Whose account the tokens open, as the provider numbers it; rejects with `auth` when they open none. */
export async function identify(
  vendor: OAuthVendor,
  tokens: AccessTokens,
  signal: AbortSignal,
  limits: OAuthLimits = defaultOAuthLimits,
): Promise<string> {
  const { method, path, id } = vendor.identity;
  const what = `the API of ${vendor.name}`;
  const answer = await withToken(tokens, signal, (accessToken) =>
    ask({ what, method, url: tokens.apiUrl + path, headers: { authorization: `Bearer ${accessToken}` } }, signal, limits),
  );
  if (answer.status !== 200) throw refused(what, answer);
  const found = id.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined),
    answer.json,
  );
  if (typeof found === 'string' && found !== '' && found.length <= 256) return found;
  throw new ProviderError('invalid', `${what} did not say whose account this is.`);
}

/** Each provider words its errors in its own way; the status is common to all. */
function refused(what: string, { status, retryAfterMs }: OAuthAnswer): ProviderError {
  return new ProviderError(kindOfStatus(status), `${what} answered ${status}.`, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** Throws `invalid` for an account with keys: these providers have none. */
export function withTokens(vendor: OAuthVendor, { tokens }: ProviderAccount): AccessTokens {
  if (tokens !== undefined) return tokens;
  throw new ProviderError(
    'invalid',
    `no provider for ${vendor.name} accounts with keys: link them by generate_${vendor.slug}_authorization_url`,
  );
}
