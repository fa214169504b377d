// Owns counting what an account uses of its plan.
import type { Database } from './database.ts';

export interface PlanUse {
  readonly connections: number;
  readonly projects: number;
  readonly teams: number;
  readonly drives: number;
}

const living = (table: string): string => `(SELECT count(*) FROM ${table} WHERE account_id = @accountId AND deleted = 0)`;

export class PlanStore {
  readonly #use;
  readonly #users;

  constructor(database: Database) {
    this.#use = database.prepare<{ accountId: string }, PlanUse>(
      `SELECT (SELECT count(*) FROM cloud_accounts WHERE account_id = @accountId) AS connections, ${living('projects')} AS projects,
       ${living('user_groups')} AS teams, ${living('shared_drives')} AS drives`,
    );
    this.#users = database.prepare<[string], { userType: number; records: number }>(
      'SELECT user_type AS userType, sum(records) AS records FROM user_counts WHERE account_id = ? GROUP BY user_type',
    );
  }

  useOf(accountId: string): PlanUse {
    return this.#use.get({ accountId }) ?? { connections: 0, projects: 0, teams: 0, drives: 0 };
  }

  /** By type, whatever their status: who is invited or inactive takes a seat too. */
  usersOf(accountId: string): readonly { readonly userType: number; readonly records: number }[] {
    return this.#users.all(accountId);
  }
}
