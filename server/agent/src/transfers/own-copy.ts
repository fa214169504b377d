// Owns knowing a copy of our own again at the target, when its run died or its answer got lost before anybody recorded it.
import type { TargetStat } from './endpoint.ts';
import type { Proof } from './ledger.ts';
import type { Frozen, MoveContext } from './move.ts';
import { hashesOf } from './verify-copy.ts';

export interface OwnCopy {
  /** What the comparison has proven. */
  readonly proof: Proof;
}

/**
 * What has the decided name: perhaps our own copy, published by a run or a request that nobody heard of. `unclear` is an object of the right
 * size that no checksum tells from ours; with `readIt` the content of both ends decides.
 */
export async function ownCopy(context: MoveContext, readIt: boolean): Promise<OwnCopy | 'nothing' | 'another' | 'unclear'> {
  const { attempt, frozen, move, call } = context;
  const { target } = attempt;
  // The sessions of files know by themselves.
  if (target.renames === true) return 'nothing';
  const found = await call('Looking for the copy', move.run.soft, (signal) => target.existing(signal));
  if (found === undefined) return 'nothing';
  if (found.size !== frozen.size) return 'another';
  const told = bySums(found, frozen);
  if (told !== 'unclear' || !readIt) return told;
  return (await isSameContent(context)) ? { proof: 'sha256' } : 'another';
}

/** The last resort: only copies that nobody recorded are read. */
async function isSameContent(context: MoveContext): Promise<boolean> {
  const { attempt, move, call } = context;
  const stored = await call('Reading the properties of the copy', move.run.soft, (signal) => attempt.target.copy.stat(signal));
  const { source, copy } = await hashesOf(context, stored, move.run.soft);
  return source === copy;
}

function bySums(found: TargetStat, frozen: Frozen): OwnCopy | 'another' | 'unclear' {
  const [a, b] = [found.checksum, frozen.checksum];
  if (a !== undefined && b?.algorithm === a.algorithm) return a.value === b.value ? { proof: 'object' } : 'another';
  return isHash(found.eTag) && found.eTag === frozen.identity ? { proof: 'object' } : 'unclear';
}

/** Other validators are numbers and times, which two stores may give to two objects. */
const isHash = (eTag: string): boolean => /^"?[0-9a-f]{32,}"?$/i.test(eTag);
