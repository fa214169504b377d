// Owns adding the items of a transfer to its ledger: each key once, and each name at the target once.
import type { NewItem } from '../transfers/ledger.ts';
import type { Statement } from './database.ts';

export type Prepare = <Parameters extends unknown[] | object = unknown[], Result = unknown>(sql: string) => Statement<Parameters, Result>;

export function appendItems(prepare: Prepare, id: string, items: readonly NewItem[]): void {
  const insert = prepare(
    `INSERT OR IGNORE INTO transfer_items (transfer_id, n, key, state, size, identity, target_key, error)
    VALUES (@id, @n, @key, @state, @size, @identity, @targetKey, @error)`,
  );
  const last = prepare<[string], { n: number | null }>('SELECT max(n) AS n FROM transfer_items WHERE transfer_id = ?');
  let n = (last.get(id)?.n ?? -1) + 1;
  let bytes = 0;
  for (const { key, size, identity = '', targetKey = null } of items) {
    const taken = targetKey !== null && isTaken(prepare, id, key, targetKey);
    const error = taken ? `Another object of this transfer has the name ${targetKey} already.` : null;
    const state = taken ? 'failed' : 'waiting';
    if (insert.run({ id, n, key, size, identity, targetKey: taken ? null : targetKey, state, error }).changes === 0) continue;
    n += 1;
    bytes += size;
  }
  prepare('UPDATE transfers SET total_bytes = total_bytes + ? WHERE id = ?').run(bytes, id);
}

function isTaken(prepare: Prepare, id: string, key: string, targetKey: string): boolean {
  const sql = 'SELECT 1 FROM transfer_items WHERE transfer_id = ? AND target_key = ? AND key <> ?';
  return prepare<[string, string, string]>(sql).get(id, targetKey, key) !== undefined;
}
