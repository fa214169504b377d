// Owns adding the items of a transfer to its ledger: each key once, and each name at the target once.
import type { NewItem } from '../transfers/ledger.ts';
import type { Statement } from './database.ts';

export type Prepare = <Parameters extends unknown[] | object = unknown[], Result = unknown>(sql: string) => Statement<Parameters, Result>;

export function appendItems(prepare: Prepare, id: string, items: readonly NewItem[]): void {
  const insert = prepare(
    `INSERT OR IGNORE INTO transfer_items (transfer_id, n, key, state, size, identity, target_key, folded, error)
    VALUES (@id, @n, @key, @state, @size, @identity, @targetKey, @folded, @error)`,
  );
  const last = prepare<[string], { n: number | null }>('SELECT max(n) AS n FROM transfer_items WHERE transfer_id = ?');
  let n = (last.get(id)?.n ?? -1) + 1;
  let bytes = 0;
  for (const item of items) {
    const { key, size, identity = '', targetKey, folded } = item;
    const error = item.error ?? taken(prepare, id, item);
    // Who has not got the name does not keep it from others.
    const place = error === undefined ? { state: 'waiting', targetKey: targetKey ?? null, folded: folded ?? null } : {};
    const values = { id, n, key, size, identity, state: 'failed', targetKey: null, folded: null, error: error ?? null, ...place };
    if (insert.run(values).changes === 0) continue;
    n += 1;
    bytes += size;
  }
  prepare('UPDATE transfers SET total_bytes = total_bytes + ? WHERE id = ?').run(bytes, id);
}

/** Why an object cannot have the name that it wants. */
function taken(prepare: Prepare, id: string, { key, targetKey, folded }: NewItem): string | undefined {
  const holder = (column: 'target_key' | 'folded', name: string | undefined): string | undefined => {
    if (name === undefined) return undefined;
    const sql = `SELECT key FROM transfer_items WHERE transfer_id = ? AND ${column} = ? AND key <> ?`;
    return prepare<[string, string, string], { key: string }>(sql).get(id, name, key)?.key;
  };
  if (holder('target_key', targetKey) !== undefined) return `Another object of this transfer has the name ${targetKey} already.`;
  const alike = holder('folded', folded);
  if (alike === undefined) return undefined;
  return `Another object of this transfer, ${JSON.stringify(alike)}, has the same name to the target, which does not tell the two apart.`;
}
