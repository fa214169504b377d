// Owns knowing which runs on this machine are going on, so that nobody sweeps away what they still need.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run may put a number of its own behind its prefix. */
const marker = /^(ckit-[0-9a-f]{8})(?:-\d+)?-run-(\d+)$/;

/** Marks a run as going on; answers what takes the mark away. A run that is killed leaves it, with the number of a dead process. */
export async function markRun(prefix: string): Promise<() => Promise<void>> {
  const path = join(tmpdir(), `${prefix}-run-${process.pid}`);
  await mkdir(path, { recursive: true });
  return () => rm(path, { recursive: true, force: true });
}

/** Prefix -> the process of the run. */
export async function liveRuns(): Promise<Map<string, number>> {
  const found = (await readdir(tmpdir())).map((name) => marker.exec(name)).filter((match) => match !== null);
  return new Map(found.map(([, prefix = '', pid]) => [prefix, Number(pid)] as const).filter(([, pid]) => isAlive(pid)));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
