// Owns which names an identity provider vouches for, and whether they are those of a user.
import { entraId, type SsoProvider } from '../../store/sso-configuration-store.ts';
import type { UserRow } from '../../store/user-store.ts';
import type { Claims } from './oidc-provider.ts';

const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === 1 || value === '1';
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Okta says of an email address whether it was verified. Entra ID does not, and lets a tenant's own users write into it; the name to sign in
 * with (`preferred_username`, `upn`) is of a domain that the tenant has proven.
 */
export function vouchedNames(provider: SsoProvider, claims: Claims): string[] {
  const verified = isTrue(claims.email_verified) || (provider === entraId && isTrue(claims.xms_edov));
  const own = provider === entraId ? [claims.preferred_username, claims.upn] : [];
  return [...own, ...(verified ? [claims.email] : [])].filter(isName);
}

/** Whether the claims settle who it is; that an address was not verified settles it too. */
export const settles = (provider: SsoProvider, claims: Claims): boolean =>
  claims.email_verified !== undefined || vouchedNames(provider, claims).length > 0;

export const isUser = ({ username, email }: Pick<UserRow, 'username' | 'email'>, names: readonly string[]): boolean =>
  names.map(folded).some((name) => name === folded(username) || name === folded(email));

/** Letters of ASCII only: other folds make one name of two, the Kelvin sign and k for instance. */
const folded = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
