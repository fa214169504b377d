// Owns what happens when an object of this name is at the target already: replace it, skip, or find another name.
import type { SourceStat, TargetStat } from './endpoint.ts';
import { LimitExceeded } from './errors.ts';
import type { ExistsAction } from './policies.ts';

export type Decision = { readonly do: 'move'; readonly targetKey: string | null; readonly ifAbsent: boolean } | { readonly do: 'skip' };

export interface Question {
  readonly action: ExistsAction;
  /** Objects whose copy is there and not older are skipped (transfer.md, `allowSkip`). */
  readonly allowSkip: boolean;
  /** The name that was asked for: a key or a path. */
  readonly name: string;
  readonly source: SourceStat;
  /** Undefined while nothing has this name. */
  existing(name: string): Promise<TargetStat | undefined>;
}

const most = 1000;
const replace = { do: 'move', targetKey: null, ifAbsent: false } as const;

export async function decide(question: Question): Promise<Decision> {
  const { action, allowSkip, name, source } = question;
  if (action === 'overwrite' && !allowSkip) return replace;
  const found = await question.existing(name);
  if (found === undefined) return { ...replace, ifAbsent: action === 'keep-both' };
  if (allowSkip && notOlder(found, source)) return { do: 'skip' };
  if (action === 'skip-if-same' && isSame(found, source)) return { do: 'skip' };
  if (action !== 'keep-both') return replace;
  for (let n = 1; n <= most; n += 1) {
    const other = numbered(name, n);
    if ((await question.existing(other)) === undefined) return { do: 'move', targetKey: other, ifAbsent: true };
  }
  throw new LimitExceeded(`There are ${most} copies of ${name} at the target already; remove some, or choose another FileExistsAction.`);
}

/** A copy of unknown age counts as old: it is better to copy twice than to keep an old version. */
function notOlder(found: TargetStat, source: SourceStat): boolean {
  return found.lastModified !== undefined && source.lastModified !== undefined && found.lastModified >= source.lastModified;
}

/** Of equal size, and of equal content as far as both ends tell; where they tell nothing, the copy must not be older. */
function isSame(found: TargetStat, source: SourceStat): boolean {
  if (found.size !== source.size) return false;
  const [a, b] = [found.checksum, source.checksum];
  if (a !== undefined && b?.algorithm === a.algorithm) return a.value === b.value;
  return notOlder(found, source);
}

/** `photo.jpg` -> `photo (1).jpg`; a leading dot is part of the name. */
export function numbered(name: string, n: number): string {
  const slash = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\'));
  const dot = name.lastIndexOf('.');
  const at = dot > slash + 1 ? dot : name.length;
  return `${name.slice(0, at)} (${n})${name.slice(at)}`;
}
