// Owns which server addresses of a request are accepted, and whether one is the server of a cloud account.
import { Problem } from '../../http/problem.ts';
import type { ProviderAccount } from '../../providers/provider.ts';

export function httpUrl(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Problem(499, 'DEFAULT', `The request is not valid: body.${field} has to be an http or https URL.`);
  if (url.username !== '' || url.password !== '')
    throw new Problem(499, 'SECURITY', `body.${field} must not carry credentials; name a cloud account instead.`);
  return url;
}

/** Throws `SECURITY` with this message when the address is another server than that of the account, whose keys go to it alone. */
export function checkServer({ serviceUrl, endpoint }: ProviderAccount, address: URL, message: string): void {
  const own = serviceUrl === '' ? endpoint : serviceUrl;
  if (own !== '' && serverOf(new URL(own)) !== serverOf(address)) throw new Problem(499, 'SECURITY', message);
}

/** Protocol, host and port; the names of the loopback interface count as one. */
function serverOf(url: URL): string {
  const host = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) ? 'loopback' : url.hostname;
  return `${url.protocol}//${host}:${url.port}`;
}
