// Owns what a target makes of names that differ only in case, or in the form of their Unicode: where it takes them for one, so do we.
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemContext } from './item-endpoints.ts';
import { isCloud, type TransferPlan } from './plan.ts';
import { partId } from './part-id.ts';

/** What the target passes over when it compares names. */
export interface Folding {
  readonly case: boolean;
  /** Composed or decomposed. */
  readonly form: boolean;
}

const none: Folding = { case: false, form: false };

/** Undefined for a target that tells all names apart. */
export async function foldingOf(id: string, plan: TransferPlan, context: ItemContext): Promise<Folding | undefined> {
  const folding = await ask(id, plan, context);
  return folding.case || folding.form ? folding : undefined;
}

async function ask(id: string, plan: TransferPlan, context: ItemContext): Promise<Folding> {
  const { target } = plan;
  if (target.type === 'folder') return await probeFolder(target.path, partId(id));
  if (!isCloud(target)) return none;
  const { foldsCase = false } = await context.endpoints.resolve(target, plan);
  return { case: foldsCase, form: false };
}

/** The same text for all names that are one to the target. */
export function fold(name: string, folding: Folding): string {
  const formed = folding.form ? name.normalize('NFC') : name;
  return folding.case ? Array.from(formed, foldLetter).join('') : formed;
}

/** One letter to one letter: no file system takes ß for ss, nor looks at where in a word a letter stands. */
const foldLetter = (letter: string): string => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter);

/**
 * Makes a file, looks for it under another spelling, and removes it. A folder where that fails counts as one that tells names apart: what
 * is wrong with it, the objects themselves will tell.
 */
export async function probeFolder(folder: string, id: string, exists: (path: string) => Promise<boolean> = isThere): Promise<Folding> {
  try {
    await mkdir(folder, { recursive: true });
    const alike = (one: string, other: string): Promise<boolean> => probe(join(folder, one), join(folder, other), exists);
    return {
      case: await alike(`.click-${id}.probe`, `.CLICK-${id}.probe`),
      form: await alike(`.click-${id}.\u00e9.probe`, `.click-${id}.e\u0301.probe`),
    };
  } catch {
    return none;
  }
}

async function probe(path: string, other: string, exists: (path: string) => Promise<boolean>): Promise<boolean> {
  try {
    // One of an earlier run that was killed just then is as good.
    await (await open(path, 'a')).close();
    return await exists(other);
  } finally {
    await rm(path, { force: true });
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
