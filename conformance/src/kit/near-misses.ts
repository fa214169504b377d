// Owns guessing which id was meant: the known ones that take the fewest changes, or that hold what was typed.

const shown = 5;

export function nearest(typed: string, known: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  const most = Math.max(2, Math.floor(wanted.length / 4));
  const ranked = known.map((id) => ({ id, changes: changesBetween(wanted, id.toLowerCase()), holds: id.toLowerCase().includes(wanted) }));
  return ranked
    .filter(({ changes, holds }) => holds || changes <= most)
    .sort((a, b) => a.changes - b.changes || a.id.localeCompare(b.id))
    .slice(0, shown)
    .map(({ id }) => id);
}

/** Levenshtein's distance, one row at a time. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_none, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (b[j - 1] === a[i] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
