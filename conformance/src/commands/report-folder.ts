// Owns the folder that a run writes to: it is there, it can be written to, and no other run is writing to it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../kit/faults.ts';
import { isAlive } from '../kit/live-runs.ts';
import { makeFolder } from '../kit/make-folder.ts';

const lockFile = '.run.lock';

/** Answers what gives the folder up again. */
export async function claimFolder(directory: string): Promise<() => Promise<void>> {
  const lock = join(directory, lockFile);
  try {
    await makeFolder(directory);
    if (!(await lockWritten(lock))) {
      await refuseIfAlive(lock, directory);
      await writeFile(lock, String(process.pid));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the reports cannot be written to ${directory}: ${messageOf(error)}`, { cause: error });
  }
  return () => rm(lock, { force: true });
}

async function lockWritten(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A run that was killed leaves its lock; its process is gone, so the lock is worth nothing. */
async function refuseIfAlive(lock: string, directory: string): Promise<void> {
  const owner = Number(await readFile(lock, 'utf8'));
  if (Number.isInteger(owner) && owner > 0 && isAlive(owner))
    throw new UsageError(`another run (process ${owner}) is writing to ${directory}: give this one its own --report-dir`);
}
