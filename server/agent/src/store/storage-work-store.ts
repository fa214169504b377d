// Owns the record of work at the storage endpoint that is under way: written before it begins, gone when both sides agree.
import type { Database } from './database.ts';

export interface StorageWork {
  readonly id: string;
  readonly kind: 'create-bucket' | 'remove-bucket' | 'create-key' | 'remove-key';
  /** The bucket, or the access key. */
  readonly subject: string;
  /** The cloud account. */
  readonly owner: string;
  readonly begunAt: number;
}

const columns = 'id, kind, subject, owner, begun_at AS begunAt';

export class StorageWorkStore {
  readonly #transaction: <T>(work: () => T) => T;
  readonly #insert;
  readonly #find;
  readonly #all;
  readonly #remove;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<StorageWork>(
      `INSERT INTO storage_work (id, kind, subject, owner, begun_at) VALUES (@id, @kind, @subject, @owner, @begunAt)`,
    );
    this.#find = database.prepare<[string], StorageWork>(`SELECT ${columns} FROM storage_work WHERE subject = ?`);
    this.#all = database.prepare<[], StorageWork>(`SELECT ${columns} FROM storage_work ORDER BY begun_at, id`);
    this.#remove = database.prepare<[string]>('DELETE FROM storage_work WHERE id = ?');
  }

  begin(work: StorageWork): void {
    this.#insert.run(work);
  }

  find(subject: string): StorageWork | undefined {
    return this.#find.get(subject);
  }

  all(): readonly StorageWork[] {
    return this.#all.all();
  }

  /** The outcome and the end of the record, in one transaction. */
  end({ id }: StorageWork, outcome: () => unknown = () => undefined): void {
    this.#transaction(() => {
      outcome();
      this.#remove.run(id);
    });
  }
}
