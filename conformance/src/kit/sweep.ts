// Owns finding and removing what runs leave behind on this machine: temporary folders that bear a run's prefix.
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Leftover, Ours } from './leftovers/leftover.ts';

/** What the names of all runs begin with; eight hexadecimal digits of one run follow. */
export const kitPrefix = 'ckit-';

export async function temporaryFolders(ours: Ours, folder = tmpdir()): Promise<Leftover[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^ckit-[0-9a-f]{8}-/.test(entry.name) && ours(entry.name))
    .map(({ name }) => ({ what: `folder ${join(folder, name)}`, remove: () => rm(join(folder, name), { recursive: true, force: true }) }));
}

/** After the clean-up on this machine: what of the run is still there, but for the mark that it goes on. */
export async function leftHere(prefix: string): Promise<string[]> {
  const left = await temporaryFolders((name) => name.startsWith(`${prefix}-`) && !name.startsWith(`${prefix}-run-`));
  return left.map(({ what }) => `looking for what is left: still there: ${what}`);
}
