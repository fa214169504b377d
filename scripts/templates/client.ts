import createClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { paths } from './openapi.ts';
import { routes } from './routes.ts';

export interface ClickClientOptions extends ClientOptions {
  /** The session token, or where to get it at each call; it travels in the query string, as the Click API wants it. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
}

const withToken = new Set(
  Object.values(routes)
    .filter((route) => route.security !== 'none')
    .map((route) => `${route.method} ${route.path}`),
);

/** A fetch client typed by the contract. Operations without security are called without the token. */
export function createClickClient({ token, ...options }: ClickClientOptions = {}): Client<paths> {
  const client = createClient<paths>({ baseUrl: 'http://localhost:29123', ...options });
  client.use({
    async onRequest({ request, schemaPath }) {
      if (!withToken.has(`${request.method.toLowerCase()} ${schemaPath}`)) return undefined;
      const value = typeof token === 'function' ? await token() : token;
      if (value === undefined) return undefined;
      const url = new URL(request.url);
      url.searchParams.set('token', value);
      return new Request(url, request);
    },
  });
  return client;
}
