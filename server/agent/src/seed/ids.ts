// Owns the ids of seeded rows: the same on every machine, so that documentation and tests can name them.
import { createHash } from 'node:crypto';

/** A name-based UUID (RFC 9562, version 8: the layout is a hash of ours). */
export function seedId(name: string): string {
  const hash = createHash('sha256').update(`click-kit demo seed/${name}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
