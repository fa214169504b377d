// Owns what a single sign-on configuration has to look like before it is stored.
import { refusal } from '../failure.ts';
import { isObfuscated } from '../obfuscate.ts';
import { providerAddress } from './addresses.ts';
import { certificatePem } from './certificate.ts';

/** What requests carry; an update may leave out anything. */
export interface OidcFields {
  readonly ClientId?: string | undefined;
  readonly ClientSecret?: string | undefined;
  readonly OpenIdURL?: string | undefined;
  readonly Active?: boolean | undefined;
}

export interface SamlFields {
  readonly Certificate?: string | undefined;
  readonly SPEntityId?: string | undefined;
  readonly IdPSSOURL?: string | undefined;
  readonly Active?: boolean | undefined;
}

export interface OidcSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly openIdUrl: string;
  readonly active: boolean;
}

export interface SamlSettings {
  readonly certificate: string;
  readonly spEntityId: string;
  readonly idpSsoUrl: string;
  readonly active: boolean;
}

/** Tenants of Entra ID in which anybody can have a user of any name: nobody may sign in by them. */
const openTenants = /^\/(common|organizations|consumers)(\/|$)/i;

/** `stored` is there for an update; what it leaves out, or sends back obfuscated, stays. */
export function oidcSettings(fields: OidcFields, provider: 'Okta' | 'Entra ID', stored?: OidcSettings): OidcSettings {
  const clientId = text(fields.ClientId, 'ClientId', stored?.clientId);
  const openIdUrl = text(fields.OpenIdURL, 'OpenIdURL', stored?.openIdUrl);
  const url = providerAddress(openIdUrl, 'OpenIdURL');
  if (url.search !== '') throw refusal('DEFAULT', 'The OpenIdURL must not have a query.');
  if (provider === 'Entra ID' && openTenants.test(url.pathname))
    throw refusal('DEFAULT', 'The OpenIdURL has to name one tenant: in a shared one anybody can be anybody.');
  return {
    clientId,
    openIdUrl,
    clientSecret: secret(fields, { clientId, openIdUrl }, stored),
    active: fields.Active ?? stored?.active ?? true,
  };
}

/** A stored secret goes where it was stored for and nowhere else: another client or another provider needs a secret of its own. */
function secret(
  { ClientSecret: given }: OidcFields,
  next: Pick<OidcSettings, 'clientId' | 'openIdUrl'>,
  stored: OidcSettings | undefined,
): string {
  const isNew = given !== undefined && !isObfuscated(given.trim());
  if (isNew) return text(given, 'ClientSecret');
  if (stored === undefined) throw refusal('DEFAULT', 'The ClientSecret is missing or obfuscated. Send it in clear.');
  if (stored.clientId !== next.clientId || stored.openIdUrl !== next.openIdUrl)
    throw refusal('DEFAULT', 'Another ClientId or OpenIdURL needs its ClientSecret in clear.');
  return stored.clientSecret;
}

export function samlSettings(fields: SamlFields, stored?: SamlSettings): SamlSettings {
  const certificate = text(fields.Certificate, 'Certificate', stored?.certificate);
  certificatePem(certificate);
  const spEntityId = text(fields.SPEntityId, 'SPEntityId', stored?.spEntityId);
  const idpSsoUrl = text(fields.IdPSSOURL, 'IdPSSOURL', stored?.idpSsoUrl);
  providerAddress(idpSsoUrl, 'IdPSSOURL');
  return { certificate, spEntityId, idpSsoUrl, active: fields.Active ?? stored?.active ?? true };
}

function text(value: string | undefined, field: string, stored = ''): string {
  const trimmed = value?.trim() ?? stored;
  if (trimmed === '') throw refusal('DEFAULT', `The ${field} is missing.`);
  // Line ends stand in certificates; no other control character belongs into any of these.
  if (/[^\P{Cc}\r\n\t]/u.test(trimmed)) throw refusal('DEFAULT', `The ${field} holds a control character.`);
  return trimmed;
}
