// Owns which addresses single sign-on takes: those of identity providers, and those that a browser is sent back to.
import { refusal } from '../failure.ts';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
export const isLoopback = ({ hostname }: URL): boolean => loopbackNames.has(hostname);

/** https anywhere; http only on this machine, where nobody can listen in. */
export const isTrustworthy = (url: URL): boolean => url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

/** An address of an identity provider, without credentials in it. */
export function providerAddress(value: string, field: string): URL {
  const text = value.trim();
  const url = isPlain(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isTrustworthy(url))
    throw refusal('DEFAULT', `The ${field} has to be an https URL, or an http URL on the loopback interface.`);
  if (url.username !== '' || url.password !== '') throw refusal('DEFAULT', `The ${field} must not hold credentials.`);
  if (url.hash !== '') throw refusal('DEFAULT', `The ${field} must not have a fragment.`);
  return url;
}

/**
 * The address that a browser is sent back to with a code: on this machine, or at an origin that was configured. A query is the identity
 * provider's to fill. What a parser would have to repair (another spelling of the host, a backslash) is no address that anybody meant.
 */
export function callbackAddress(value: string, allowedOrigins: readonly string[]): string {
  const url = isPlain(value) && URL.canParse(value) ? new URL(value) : undefined;
  const { protocol, origin } = url ?? {};
  const isWeb = protocol === 'http:' || protocol === 'https:';
  if (url === undefined || !isWeb || !(isLoopback(url) || allowedOrigins.includes(url.origin)))
    throw refusal(
      'DEFAULT',
      'The CallbackUrl has to be an http or https URL on the loopback interface, or at an origin that is configured.',
    );
  if (!value.startsWith(origin ?? '') || !['', '/'].includes(value.charAt(url.origin.length)))
    throw refusal('DEFAULT', 'The CallbackUrl has to be written plainly: scheme and host in lower case, no credentials, no default port.');
  if (url.search !== '' || url.hash !== '') throw refusal('DEFAULT', 'The CallbackUrl must not have a query or a fragment.');
  return url.href;
}

/** Printable ASCII without a space, a backslash or an empty query or fragment, which the parsers of URLs treat differently. */
const isPlain = (text: string): boolean => /^[\x21-\x5b\x5d-\x7e]+$/.test(text) && !/[?#]$/.test(text);
