// Owns the single sign-on configurations of an account: at most one of each provider (sso.md, Setup to Delete).
import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import {
  entraId,
  type OidcConfigurationRow,
  okta,
  saml,
  type SamlConfigurationRow,
  type SsoConfigurationStore,
} from '../../store/sso-configuration-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { obfuscate } from '../obfuscate.ts';
import type { SecretBox } from '../secret-box.ts';
import { type OidcFields, oidcSettings, type OidcSettings, type SamlFields, samlSettings } from './configuration-input.ts';

export interface SsoConfigurationDependencies {
  readonly store: SsoConfigurationStore;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly newId?: () => string;
}

interface Identified {
  readonly Id: string;
}

/** Where the client secret of a configuration is sealed to. */
const secretPlace = (id: string): string => `sso_configurations/${id}/client_secret`;
export const openClientSecret = (box: SecretBox, { id, clientSecret }: Pick<OidcConfigurationRow, 'id' | 'clientSecret'>): string =>
  box.open(clientSecret, secretPlace(id));

const names = { [okta]: 'Okta', [entraId]: 'Entra ID' } as const;

/** The configurations of one OpenID Connect provider. */
export class OidcConfigurations {
  readonly #provider: OidcConfigurationRow['provider'];
  readonly #store: SsoConfigurationStore;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor(provider: OidcConfigurationRow['provider'], { store, secretBox, now, newId = randomUUID }: SsoConfigurationDependencies) {
    this.#provider = provider;
    this.#store = store;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#newId = newId;
  }

  setup({ accountId }: Caller, fields: OidcFields): Schema<'OktaSSO'> {
    const settings = oidcSettings(fields, names[this.#provider]);
    const row = this.#row({ id: this.#newId(), accountId, createDate: this.#now() }, settings);
    if (!this.#store.insert(row)) throw duplicate(names[this.#provider]);
    return this.#shown(row);
  }

  get({ accountId }: Caller): Schema<'OktaSSO'> | null {
    const row = this.#store.oidc(accountId, this.#provider);
    return row === undefined ? null : this.#shown(row);
  }

  update({ accountId }: Caller, { Id: id, ...fields }: OidcFields & Identified): Schema<'OktaSSO'> {
    const stored = this.#store.oidc(accountId, this.#provider);
    if (stored?.id !== id.toLowerCase()) throw notFound(names[this.#provider]);
    const settings = oidcSettings(fields, names[this.#provider], {
      ...stored,
      clientSecret: openClientSecret(this.#secretBox, stored),
      active: stored.active === 1,
    });
    const row = this.#row(stored, settings);
    if (!this.#store.update(row)) throw notFound(names[this.#provider]);
    return this.#shown(row);
  }

  remove({ accountId }: Caller): void {
    if (!this.#store.remove(accountId, this.#provider)) throw notFound(names[this.#provider]);
  }

  #row(
    { id, accountId, createDate }: Pick<OidcConfigurationRow, 'id' | 'accountId' | 'createDate'>,
    { clientId, clientSecret, openIdUrl, active }: OidcSettings,
  ): OidcConfigurationRow {
    const sealed = this.#secretBox.seal(clientSecret, secretPlace(id));
    return { id, accountId, createDate, provider: this.#provider, clientId, clientSecret: sealed, openIdUrl, active: active ? 1 : 0 };
  }

  #shown(row: OidcConfigurationRow): Schema<'OktaSSO'> {
    return {
      Id: row.id,
      ClientId: row.clientId,
      ClientSecret: obfuscate(openClientSecret(this.#secretBox, row)),
      OpenIdURL: row.openIdUrl,
      Active: row.active === 1,
    };
  }
}

export class SamlConfigurations {
  readonly #store: SsoConfigurationStore;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor({ store, now, newId = randomUUID }: SsoConfigurationDependencies) {
    this.#store = store;
    this.#now = now;
    this.#newId = newId;
  }

  setup({ accountId }: Caller, fields: SamlFields): Schema<'SamlSSO'> {
    const { active, ...settings } = samlSettings(fields);
    const row = { ...settings, id: this.#newId(), accountId, provider: saml, active: active ? 1 : 0, createDate: this.#now() } as const;
    if (!this.#store.insert(row)) throw duplicate('SAML');
    return samlShown(row);
  }

  get({ accountId }: Caller): Schema<'SamlSSO'> | null {
    const row = this.#store.saml(accountId);
    return row === undefined ? null : samlShown(row);
  }

  update({ accountId }: Caller, { Id: id, ...fields }: SamlFields & Identified): Schema<'SamlSSO'> {
    const stored = this.#store.saml(accountId);
    if (stored?.id !== id.toLowerCase()) throw notFound('SAML');
    const { active, ...settings } = samlSettings(fields, { ...stored, active: stored.active === 1 });
    const row = { ...stored, ...settings, active: active ? 1 : 0 } as const;
    if (!this.#store.update(row)) throw notFound('SAML');
    return samlShown(row);
  }

  remove({ accountId }: Caller): void {
    if (!this.#store.remove(accountId, saml)) throw notFound('SAML');
  }
}

const samlShown = ({ id, certificate, spEntityId, idpSsoUrl, active }: SamlConfigurationRow): Schema<'SamlSSO'> => ({
  Id: id,
  Certificate: certificate,
  SPEntityId: spEntityId,
  IdPSSOURL: idpSsoUrl,
  Active: active === 1,
});

const duplicate = (name: string): Error => refusal('DUPLICATE', `The account has a configuration of ${name} already. Update it instead.`);
const notFound = (name: string): Error => refusal('NOT_FOUND', `The account has no such configuration of ${name}.`);
