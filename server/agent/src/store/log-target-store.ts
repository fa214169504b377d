// Owns the rows of log settings: at most one for an account; its token comes and goes sealed.
import type { Database } from './database.ts';

export interface LogTargetRow {
  readonly id: string;
  readonly accountId: string;
  readonly provider: number;
  /** Sealed. */
  readonly token: string;
  readonly serverAddress: string;
  readonly servicePort: string;
  readonly active: 0 | 1;
}

const columns =
  'id, account_id AS accountId, provider, token, server_address AS serverAddress, service_port AS servicePort, active' as const;

export class LogTargetStore {
  readonly #insert;
  readonly #update;
  readonly #remove;
  readonly #ofAccount;
  readonly #all;

  constructor(database: Database) {
    this.#insert = database.prepare<LogTargetRow>(
      `INSERT INTO log_targets (id, account_id, provider, token, server_address, service_port, active)
       VALUES (@id, @accountId, @provider, @token, @serverAddress, @servicePort, @active) ON CONFLICT (account_id) DO NOTHING`,
    );
    this.#update = database.prepare<LogTargetRow>(
      `UPDATE log_targets SET provider = @provider, token = @token, server_address = @serverAddress, service_port = @servicePort,
       active = @active WHERE id = @id AND account_id = @accountId`,
    );
    this.#remove = database.prepare<[string]>('DELETE FROM log_targets WHERE account_id = ?');
    this.#ofAccount = database.prepare<[string], LogTargetRow>(`SELECT ${columns} FROM log_targets WHERE account_id = ?`);
    this.#all = database.prepare<[], LogTargetRow>(`SELECT ${columns} FROM log_targets`);
  }

  /** False when the account has one already. */
  insert(row: LogTargetRow): boolean {
    return this.#insert.run(row).changes === 1;
  }

  update(row: LogTargetRow): boolean {
    return this.#update.run(row).changes === 1;
  }

  /** Events that wait for their delivery go with it. */
  remove(accountId: string): boolean {
    return this.#remove.run(accountId).changes === 1;
  }

  ofAccount(accountId: string): LogTargetRow | undefined {
    return this.#ofAccount.get(accountId);
  }

  all(): readonly LogTargetRow[] {
    return this.#all.all();
  }
}
