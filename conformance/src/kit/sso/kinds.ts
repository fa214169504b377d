// Owns the three kinds of single sign-on configurations: their operations, what the kit sets up, and what names one.
import { certificate } from './certificate.ts';

export interface Kind {
  readonly name: 'Okta' | 'Entra ID' | 'SAML';
  readonly setup: 'setupOkta' | 'setupEntraId' | 'setupSaml';
  readonly get: 'getOkta' | 'getEntraId' | 'getSaml';
  readonly update: 'updateOkta' | 'updateEntraId' | 'updateSaml';
  readonly remove: 'deleteOkta' | 'deleteEntraId' | 'deleteSaml';
}

export const okta: Kind = { name: 'Okta', setup: 'setupOkta', get: 'getOkta', update: 'updateOkta', remove: 'deleteOkta' };
export const entraId: Kind = {
  name: 'Entra ID',
  setup: 'setupEntraId',
  get: 'getEntraId',
  update: 'updateEntraId',
  remove: 'deleteEntraId',
};
export const saml: Kind = { name: 'SAML', setup: 'setupSaml', get: 'getSaml', update: 'updateSaml', remove: 'deleteSaml' };
export const kinds: readonly Kind[] = [okta, entraId, saml];

export type Configuration = Readonly<Record<string, unknown>>;

export const samlBody = (name: string) => ({
  Certificate: certificate.trim(),
  SPEntityId: name,
  IdPSSOURL: 'https://idp.kit.example.com/sso',
  Active: true,
});

export const oidcBody = (name: string) => ({
  ClientId: name,
  ClientSecret: `${name}-secret-of-the-kit`,
  OpenIdURL: 'https://idp.kit.example.com/.well-known/openid-configuration',
  Active: true,
});

/** A body that names the check, so that what is left can be found. */
export const bodyFor = ({ name }: Kind, as: string): Configuration => (name === 'SAML' ? samlBody(as) : oidcBody(as));

/** What names a configuration: its client, or the entity that it is for. */
export const nameOf = ({ ClientId, SPEntityId }: Configuration): unknown => ClientId ?? SPEntityId;
