// Owns the rows of single sign-on configurations; client secrets come and go sealed.
import type { Database } from './database.ts';

/** As `auth_provider` of users numbers them. */
export type SsoProvider = 2 | 4 | 8;
export const [entraId, okta, saml] = [2, 4, 8] as const;

interface CommonColumns {
  readonly id: string;
  readonly accountId: string;
  readonly active: 0 | 1;
  readonly createDate: number;
}

export interface OidcConfigurationRow extends CommonColumns {
  readonly provider: 2 | 4;
  readonly clientId: string;
  /** Sealed. */
  readonly clientSecret: string;
  readonly openIdUrl: string;
}

export interface SamlConfigurationRow extends CommonColumns {
  readonly provider: 8;
  readonly certificate: string;
  readonly spEntityId: string;
  readonly idpSsoUrl: string;
}

export type SsoConfigurationRow = OidcConfigurationRow | SamlConfigurationRow;

const columns = `id, account_id AS accountId, provider, active, client_id AS clientId, client_secret AS clientSecret, open_id_url AS openIdUrl,
  certificate, sp_entity_id AS spEntityId, idp_sso_url AS idpSsoUrl, create_date AS createDate`;

/** Every column has a value, so that one statement serves both kinds. */
const whole = (row: SsoConfigurationRow): object => ({
  clientId: null,
  clientSecret: null,
  openIdUrl: null,
  certificate: null,
  spEntityId: null,
  idpSsoUrl: null,
  ...row,
});

export class SsoConfigurationStore {
  readonly #insert;
  readonly #update;
  readonly #endAttempts;
  readonly #find;
  readonly #byId;
  readonly #active;
  readonly #remove;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<object>(
      `INSERT INTO sso_configurations (id, account_id, provider, active, client_id, client_secret, open_id_url, certificate, sp_entity_id,
       idp_sso_url, create_date) VALUES (@id, @accountId, @provider, @active, @clientId, @clientSecret, @openIdUrl, @certificate, @spEntityId,
       @idpSsoUrl, @createDate) ON CONFLICT (account_id, provider) DO NOTHING`,
    );
    this.#update = database.prepare<object>(
      `UPDATE sso_configurations SET active = @active, client_id = @clientId, client_secret = @clientSecret, open_id_url = @openIdUrl,
       certificate = @certificate, sp_entity_id = @spEntityId, idp_sso_url = @idpSsoUrl
       WHERE id = @id AND account_id = @accountId AND provider = @provider`,
    );
    this.#endAttempts = database.prepare<[string]>('DELETE FROM sso_attempts WHERE configuration_id = ?');
    this.#find = database.prepare<[string, number], SsoConfigurationRow>(
      `SELECT ${columns} FROM sso_configurations WHERE account_id = ? AND provider = ?`,
    );
    this.#byId = database.prepare<[string], SsoConfigurationRow>(`SELECT ${columns} FROM sso_configurations WHERE id = ?`);
    this.#active = database.prepare<[string], SsoConfigurationRow>(
      `SELECT ${columns} FROM sso_configurations WHERE account_id = ? AND active = 1`,
    );
    this.#remove = database.prepare<[string, number]>('DELETE FROM sso_configurations WHERE account_id = ? AND provider = ?');
  }

  /** False when the account has one of this provider already. */
  insert(row: SsoConfigurationRow): boolean {
    return this.#insert.run(whole(row)).changes === 1;
  }

  /** Attempts that were begun with the old values end. */
  update(row: SsoConfigurationRow): boolean {
    return this.#transaction(() => {
      this.#endAttempts.run(row.id);
      return this.#update.run(whole(row)).changes === 1;
    });
  }

  oidc(accountId: string, provider: OidcConfigurationRow['provider']): OidcConfigurationRow | undefined {
    return this.#find.get(accountId, provider) as OidcConfigurationRow | undefined;
  }

  saml(accountId: string): SamlConfigurationRow | undefined {
    return this.#find.get(accountId, saml) as SamlConfigurationRow | undefined;
  }

  findById(id: string): SsoConfigurationRow | undefined {
    return this.#byId.get(id);
  }

  active(accountId: string): readonly SsoConfigurationRow[] {
    return this.#active.all(accountId);
  }

  remove(accountId: string, provider: SsoProvider): boolean {
    return this.#remove.run(accountId, provider).changes === 1;
  }
}
