// The lock on a data directory: one server at a time, and a lock that a killed server left behind does not stand in the way.

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from './http-error.ts';

const LOCK_FILE = 'object-server.lock';

export class DataDirInUse extends Error {
  constructor(dataDir: string, owner: string) {
    super(`The data directory ${dataDir} is in use by ${owner}.`);
    this.name = 'DataDirInUse';
  }
}

/** Takes the lock; the returned function releases it. */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, LOCK_FILE);
  const own = `${path}.${randomUUID()}`;
  const content = JSON.stringify({ pid: process.pid, started: await processStart(process.pid), token: randomUUID() });
  await writeFile(own, content, { mode: 0o600 });
  try {
    if (!(await linkNew(own, path))) await replaceStale(dataDir, path, own);
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    if ((await readLock(path)) === content) await rm(path, { force: true });
  };
}

/** A link appears with its content or not at all; false if the name is taken. */
async function linkNew(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Only one starter at a time may judge a lock stale and replace it, or a second one would replace the first one's. */
async function replaceStale(dataDir: string, path: string, own: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await linkNew(own, guard))) {
    if ((await liveOwner(guard)) !== undefined) throw new DataDirInUse(dataDir, 'another server that is just starting');
    await rm(guard, { force: true });
    if (!(await linkNew(own, guard))) throw new DataDirInUse(dataDir, 'another server that is just starting');
  }
  try {
    const owner = await liveOwner(path);
    if (owner !== undefined) throw new DataDirInUse(dataDir, `process ${owner}`);
    await rename(own, path);
  } finally {
    await rm(guard, { force: true });
  }
}

async function liveOwner(path: string): Promise<number | undefined> {
  const content = await readLock(path);
  if (content === undefined) return undefined;
  const { pid, started } = JSON.parse(content) as { pid: number; started: string | null };
  return isAlive(pid) && (await processStart(pid)) === started ? pid : undefined;
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrorCode(error, 'EPERM');
  }
}

/** When a process started, where the system tells: it distinguishes a running owner from a later process with its id. */
async function processStart(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return null;
    throw error;
  }
}
