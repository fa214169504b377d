// Owns opening the one SQLite file of the agent: exclusive, durable, migrated.
import Sqlite from 'better-sqlite3';
import { migrations } from './migrations/index.ts';

export type Database = Sqlite.Database;
export type Statement<Parameters extends unknown[] | object = unknown[], Result = unknown> = Parameters extends unknown[]
  ? Sqlite.Statement<Parameters, Result>
  : Sqlite.Statement<[Parameters], Result>;

/** Runs work whole or not at all; inside another transaction it becomes a part of that one. */
export type InTransaction = <T>(work: () => T) => T;

export const transactionsOf =
  (database: Database): InTransaction =>
  (work) =>
    database.transaction(work)();

/** Thrown when another agent holds the data directory. */
export class DatabaseInUse extends Error {
  constructor(file: string, cause: unknown) {
    super(`The data directory is in use by another agent (${file} is locked). Stop it, or choose another --data-dir.`, { cause });
    this.name = 'DatabaseInUse';
  }
}

/**
 * Opens (and creates or migrates) the database. The exclusive lock is held until `close`, and the system drops it when
 * the process dies, so that a second agent on the same data directory is refused and a crashed one leaves no stale lock.
 */
export function openDatabase(file: string): Database {
  const database = new Sqlite(file, { timeout: 250 });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.exec('BEGIN EXCLUSIVE; COMMIT;');
  } catch (error) {
    database.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw new DatabaseInUse(file, error);
    throw error;
  }
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  migrate(database);
  return database;
}

function migrate(database: Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(`The database was written by a newer agent (schema ${version}, this agent knows ${migrations.length}).`);
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}
