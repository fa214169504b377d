// Owns where a provider may send a user back to: whoever stands there is handed the authorization code.
import { refusal } from '../failure.ts';

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
/** The parser drops or repairs these without a word, and providers compare letter by letter. */
const repaired = /[\s\p{Cc}\\]/u;

/** The address as it was sent; http on this machine (RFC 8252, 7.3), or https at an origin of the configuration. */
export function redirectUrl(text: string, origins: readonly string[]): string {
  const url = URL.canParse(text) && !repaired.test(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw refusal('DEFAULT', 'The redirectURL has to be an absolute http or https URL.');
  if (url.username !== '' || url.password !== '') throw refusal('DEFAULT', 'The redirectURL must not hold credentials.');
  if (text.includes('#')) throw refusal('DEFAULT', 'The redirectURL must not have a fragment.');
  if (loopback.has(url.hostname) || (url.protocol === 'https:' && origins.includes(url.origin))) return text;
  throw refusal('SECURITY', 'The redirectURL has to be on this machine, or at an https origin of the setting OAuth.RedirectOrigins.');
}
