// Durable file system steps: what these functions have done survives a power cut.

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import { hasErrorCode } from './http-error.ts';

const PUBLISH_ATTEMPTS = 16;

export async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle on directories that can be flushed; NTFS journals the rename itself.
  if (platform() === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await syncDirectory(dirname(path));
}

/** Writes a whole small file so that it is either absent, old or complete. */
export async function writeFileDurably(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const handle = await open(partial, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Moves a synced file to its place below `root` in one step. Directories on the way are made as needed; a delete that prunes
 * them at the same moment makes the move start over. The root itself is never made: without it this fails with ENOENT.
 */
export async function publishFile(source: string, root: string, components: string[]): Promise<void> {
  const target = join(root, ...components);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(source, target);
      break;
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT') || attempt === PUBLISH_ATTEMPTS) throw error;
      await makeParents(root, components.slice(0, -1));
    }
  }
  await syncDirectory(dirname(target));
}

async function makeParents(root: string, components: string[]): Promise<void> {
  let parent = root;
  for (const component of components) {
    const path = join(parent, component);
    try {
      await mkdir(path);
      await syncDirectory(parent);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT') && parent !== root) return;
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
    parent = path;
  }
}
