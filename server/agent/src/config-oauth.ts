// Owns the settings of the providers that accounts are linked with by OAuth: one block of five for each of them.
import { secret, type Setting, setting } from './config-setting.ts';
import { address, origins, text } from './config-values.ts';
import { box, dropbox, googleDrive, type OAuthApp, type OAuthVendor, oneDrive } from './providers/oauth-vendors.ts';

type Field = 'ClientId' | 'ClientSecret' | 'AuthorizeUrl' | 'TokenUrl' | 'ApiUrl';
type Block<Slug extends string> = { readonly [Name in `${Slug}${Field}`]: Setting<string> };

const clientIdPath = ({ key }: OAuthVendor): string => `OAuth.${key}.ClientId`;

function block<const Slug extends string>(slug: Slug, vendor: OAuthVendor): Block<Slug> {
  const { key, name } = vendor;
  const endpoint = (suffix: string, field: Field, fallback: string, what: string): Setting<string> =>
    setting(`${slug}-${suffix}`, `OAuth.${key}.${field}`, address, fallback, `${what} of ${name}`);
  const rows: { readonly [Name in Field]: Setting<string> } = {
    ClientId: setting(`${slug}-client-id`, clientIdPath(vendor), text('ID'), '', `client id at ${name}; without one it cannot be linked`),
    ClientSecret: secret(`${slug}-client-secret`, `OAuth.${key}.ClientSecret`, `secret of that client`),
    AuthorizeUrl: endpoint('authorize-url', 'AuthorizeUrl', vendor.authorizeUrl, 'authorization page'),
    TokenUrl: endpoint('token-url', 'TokenUrl', vendor.tokenUrl, 'token endpoint'),
    ApiUrl: endpoint('api-url', 'ApiUrl', vendor.apiUrl, 'API'),
  };
  return Object.fromEntries(Object.entries(rows).map(([field, row]) => [`${slug}${field}`, row])) as Block<Slug>;
}

export const oauthSettings = {
  oauthRedirectOrigins: setting(
    'oauth-redirect-origins',
    'OAuth.RedirectOrigins',
    origins,
    [],
    'https origins that a provider may send users back to, beside the loopback interface',
  ),
  ...block('dropbox', dropbox),
  ...block('box', box),
  ...block('onedrive', oneDrive),
  ...block('googledrive', googleDrive),
} as const;

type OAuthValues = { readonly [Name in keyof typeof oauthSettings]: (typeof oauthSettings)[Name]['default'] };

/** The client of this installation at a provider; the client id is empty where none is configured. */
export function oauthApp(values: OAuthValues, vendor: OAuthVendor): OAuthApp {
  const slug = vendor.slug;
  return {
    clientId: values[`${slug}ClientId`],
    clientSecret: values[`${slug}ClientSecret`],
    authorizeUrl: values[`${slug}AuthorizeUrl`],
    tokenUrl: values[`${slug}TokenUrl`],
    apiUrl: values[`${slug}ApiUrl`],
    setting: clientIdPath(vendor),
  };
}
