// Owns the rows of Fastr settings: at most one for a user and a cloud account.
import type { Database } from './database.ts';

export interface FastrSettingsRow {
  readonly id: string;
  readonly accountId: string;
  readonly userId: string;
  readonly cloudAccountId: string;
  readonly maxUpload: number;
  readonly maxDownload: number;
  readonly maxServerToServer: number;
  readonly verifyChecksum: 0 | 1;
  readonly fileExistsAction: number;
  readonly active: 0 | 1;
}

/** Whose records are meant: those of a user, or of everybody in the account. */
export interface FastrSettingsReach {
  readonly accountId: string;
  readonly userId: string | null;
}

const columns = `id, account_id AS accountId, user_id AS userId, cloud_account_id AS cloudAccountId, max_upload AS maxUpload,
  max_download AS maxDownload, max_server_to_server AS maxServerToServer, verify_checksum AS verifyChecksum,
  file_exists_action AS fileExistsAction, active`;
const assignments = `max_upload = excluded.max_upload, max_download = excluded.max_download, max_server_to_server = excluded.max_server_to_server,
  verify_checksum = excluded.verify_checksum, file_exists_action = excluded.file_exists_action, active = excluded.active`;
const reached = 'id = @id AND account_id = @accountId AND (@userId IS NULL OR user_id = @userId)';

export class FastrSettingsStore {
  readonly #save;
  readonly #ofUser;
  readonly #ofPair;
  readonly #find;
  readonly #remove;

  constructor(database: Database) {
    this.#save = database.prepare<FastrSettingsRow, FastrSettingsRow>(
      `INSERT INTO fastr_settings (id, account_id, user_id, cloud_account_id, max_upload, max_download, max_server_to_server,
         verify_checksum, file_exists_action, active)
       VALUES (@id, @accountId, @userId, @cloudAccountId, @maxUpload, @maxDownload, @maxServerToServer,
         @verifyChecksum, @fileExistsAction, @active)
       ON CONFLICT (user_id, cloud_account_id) DO UPDATE SET ${assignments} RETURNING ${columns}`,
    );
    this.#ofUser = database.prepare<[string], FastrSettingsRow>(
      `SELECT ${columns} FROM fastr_settings WHERE user_id = ? ORDER BY cloud_account_id`,
    );
    this.#ofPair = database.prepare<[string, string], FastrSettingsRow>(
      `SELECT ${columns} FROM fastr_settings WHERE user_id = ? AND cloud_account_id = ?`,
    );
    this.#find = database.prepare<{ id: string } & FastrSettingsReach, FastrSettingsRow>(
      `SELECT ${columns} FROM fastr_settings WHERE ${reached}`,
    );
    this.#remove = database.prepare<{ id: string } & FastrSettingsReach, FastrSettingsRow>(
      `DELETE FROM fastr_settings WHERE ${reached} RETURNING ${columns}`,
    );
  }

  /** Stores the row, or its values in the record that the pair has already; answers what is stored then, with the older id. */
  save(row: FastrSettingsRow): FastrSettingsRow {
    const saved = this.#save.get(row);
    if (saved === undefined) throw new Error('unreachable: an upsert returns its row');
    return saved;
  }

  ofUser(userId: string): readonly FastrSettingsRow[] {
    return this.#ofUser.all(userId);
  }

  ofPair(userId: string, cloudAccountId: string): FastrSettingsRow | undefined {
    return this.#ofPair.get(userId, cloudAccountId);
  }

  find(id: string, reach: FastrSettingsReach): FastrSettingsRow | undefined {
    return this.#find.get({ id, ...reach });
  }

  /** The row that is gone; undefined when there was none. */
  remove(id: string, reach: FastrSettingsReach): FastrSettingsRow | undefined {
    return this.#remove.get({ id, ...reach });
  }
}
