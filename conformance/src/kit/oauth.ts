// Owns the steps of an OAuth link that checks share: the URL, the way of the browser, the callback, the account that is taken back.
import type { Api, Exchange } from './api.ts';
import type { Context } from './check.ts';
import type { OperationId } from './contract.ts';
import type { VendorSlug } from './fixtures/oauth-vendors.ts';

export interface OAuthVendor {
  readonly slug: VendorSlug;
  readonly name: string;
  readonly cloudType: number;
  readonly generate: OperationId;
  readonly complete: OperationId;
  /** Whether the callback of this provider takes an error too. */
  readonly takesErrors: boolean;
}

const vendor = (slug: VendorSlug, name: string, cloudType: number, takesErrors: boolean): OAuthVendor => {
  const key = name.replace(' ', '') as 'Dropbox' | 'Box' | 'OneDrive' | 'GoogleDrive';
  return { slug, name, cloudType, takesErrors, generate: `generate${key}AuthorizationUrl`, complete: `complete${key}Authorization` };
};

/** cloud.md, OAuth Authorization, and CloudType. */
export const oauthVendors = [
  vendor('dropbox', 'Dropbox', 128, false),
  vendor('box', 'Box', 256, false),
  vendor('onedrive', 'OneDrive', 512, true),
  vendor('googledrive', 'Google Drive', 1024, true),
] as const;

/** Registered by nobody and served by nobody: the kit reads where the browser would go, and does not go there. */
export const redirectOf = ({ slug }: OAuthVendor): string => `http://localhost:3000/oauth/${slug}`;

export async function authorizationUrl(context: Context, api: Api, vendor: OAuthVendor, cloudName: string): Promise<string> {
  const { expect, given } = context;
  const { status, body } = await api.perform(vendor.generate, { body: { redirectURL: redirectOf(vendor), cloudName, shared: false } });
  // Whether a client is registered with the provider is known of the kit's own agent only.
  if (status !== 200) given.fixture('oauthVendors');
  expect.equal(status, 200, `Generate ${vendor.name} Authorization URL answers 200`);
  const url = typeof body === 'string' && URL.canParse(body) ? new URL(body) : undefined;
  expect.that(
    url?.protocol === 'http:' || url?.protocol === 'https:',
    'the answer is an address that a browser can visit, as a JSON string',
    body,
  );
  return String(body);
}

export interface Redirected {
  readonly code: string;
  readonly state: string;
}

/** The user agrees; the kit's provider sends the browser back. */
export async function agree(context: Context, url: string, vendor: OAuthVendor): Promise<Redirected> {
  const { expect, request } = context;
  const { status, headers } = await request({ method: 'GET', url });
  expect.equal(status, 302, 'the provider takes the authorization request');
  const back = new URL(headers.location ?? 'about:blank');
  expect.equal(`${back.origin}${back.pathname}`, redirectOf(vendor), 'the user is sent back to the redirect URL');
  return { code: back.searchParams.get('code') ?? '', state: back.searchParams.get('state') ?? '' };
}

/** The answer of the callback; an account that it created is removed after the check. */
export async function callback(
  context: Context,
  api: Api,
  vendor: OAuthVendor,
  redirected: Redirected & { error?: string },
): Promise<Exchange> {
  const { error = '', ...back } = redirected;
  const body = { ...back, ...(vendor.takesErrors && { error, errorDescription: '' }), redirectURL: redirectOf(vendor) };
  const answer = await api.perform(vendor.complete, { body });
  const { id } = (answer.body ?? {}) as { id?: unknown };
  if (answer.status === 200 && typeof id === 'string') {
    context.cleanUp(`cloud account ${id}`, async () => {
      const { status } = await api.forCleanUp().call('deleteCloudAccount', { query: { id } });
      if (status !== 200) throw new Error(`delete answered ${status}`);
    });
  }
  return answer;
}
