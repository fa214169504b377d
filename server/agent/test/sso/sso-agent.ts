// Owns the steps that tests of single sign-on share: configure, ask for the URL, sign in at the identity provider, hand over.
import { createClickClient } from '@click-kit/contract';
import type { SignedIn, TestAgent } from '../agent.ts';
import { bodyOf } from '../answers.ts';
import type { TestOidcServer } from './oidc-server.ts';

export const callbackUrl = 'http://localhost:29123/sso/callback';

export const oidcBody = ({ issuer, client }: TestOidcServer) => ({
  ClientId: client.id,
  ClientSecret: client.secret,
  OpenIdURL: `${issuer}/.well-known/openid-configuration`,
  Active: true,
});

type Click = Pick<SignedIn, 'POST'>;
export const anonymous = ({ url }: TestAgent): Click => createClickClient({ baseUrl: url });

export const ssoUrl = (click: Click, username: string, callback = callbackUrl) =>
  click.POST('/sso/sso_url', { body: { Username: username, CallbackUrl: callback } });

export const authenticate = (click: Click, identifier: string, code: string, callback = callbackUrl) =>
  click.POST('/sso/authenticate', { body: { Identifier: identifier, AuthorizationCode: code, CallbackUrl: callback } });

/** What a browser comes back with: the identity provider of the tests asks nothing. */
export async function redirected(url: string): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'about:nothing');
}

export interface SignOn {
  readonly identifier: string;
  readonly code: string;
  readonly back: URL;
}

export async function signOn(click: Click, username: string): Promise<SignOn> {
  const { Identifier: identifier, Url: url } = await bodyOf(ssoUrl(click, username));
  const back = await redirected(url);
  return { identifier, code: back.searchParams.get('code') ?? '', back };
}
