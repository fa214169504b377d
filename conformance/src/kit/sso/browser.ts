// Owns a browser small enough for a sign-on: it follows redirects with its cookies, fills in the form it meets, and stops at the callback.
import type { Assertions } from '../assertions.ts';
import { isLocal } from '../target.ts';

export interface SignInOptions {
  readonly callbackUrl: string;
  /** Whom the form is filled in with. */
  readonly login: string;
  readonly expect: Assertions;
  readonly signal: AbortSignal;
}

const mostSteps = 12;

/** The address that the identity provider sends the browser back to, with the code in it. */
export async function signInAt(start: string, { callbackUrl, login, expect, signal }: SignInOptions): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, form] = [new URL(start), undefined as URLSearchParams | undefined];
  for (let step = 0; step < mostSteps; step += 1) {
    if (`${url.origin}${url.pathname}` === callbackUrl) return url;
    expect.that(isLocal({ url: url.href }), "the authorization URL leads to the kit's identity provider", url.origin);
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      signal,
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: form ?? null,
    });
    for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);
    const location = response.headers.get('location');
    const next = location === null ? formOf(await response.text(), url) : new URL(location, url);
    expect.that(next !== undefined, 'every page on the way leads on', `${response.status} at ${url.pathname}`);
    [url, form] = [next ?? url, location === null ? new URLSearchParams({ login }) : undefined];
  }
  return expect.fail(`the browser comes back to the callback within ${mostSteps} steps`, callbackUrl, url.origin + url.pathname);
}

function keep(cookies: Map<string, string>, header: string): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(header) ?? [];
  if (value === '') cookies.delete(name);
  else cookies.set(name, value);
}

function formOf(page: string, at: URL): URL | undefined {
  const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1];
  return action === undefined ? undefined : new URL(action, at);
}
