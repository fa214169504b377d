// Owns the scratch folder of a measurement: where there is room, and gone afterwards.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { open, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ScriptLifetime } from './lifetime.ts';

const MiB = 1024 * 1024;
const spareBytes = 2048 * MiB;
const blockBytes = 8 * MiB;

/** Prefers memory, so that no disk is measured. Throws when nowhere is room for `bytes`. */
export function workspace(name: string, bytes: number, life: ScriptLifetime): string {
  const parents = [...(existsSync('/dev/shm') ? ['/dev/shm'] : []), tmpdir()];
  const parent = parents.find((folder) => roomIn(folder) >= bytes + spareBytes);
  if (parent === undefined) {
    const wanted = Math.ceil((bytes + spareBytes) / MiB);
    throw new Error(`${name} needs ${wanted} MiB free in one of ${parents.join(', ')}; free some, set TMPDIR or use a smaller --scale`);
  }
  const folder = mkdtempSync(join(parent, `click-bench-${name}-`));
  life.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Of a file system in memory, what the memory has left counts too. */
function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  if (folder !== '/dev/shm') return bavail * bsize;
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return Math.min(bavail * bsize, Number(available ?? 0) * 1024);
}

/** Random bytes; every block is another one, so that a swap of two would show. */
export async function randomFile(path: string, size: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    const block = randomBytes(Math.min(blockBytes, Math.max(size, 8)));
    for (let at = 0; at < size; at += block.length) {
      block.writeBigUInt64LE(BigInt(at), 0);
      await file.write(block, 0, Math.min(block.length, size - at), at);
    }
  } finally {
    await file.close();
  }
}

export async function sparseFile(path: string, size: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await writeFile(path, '');
  await truncate(path, size);
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MiB }), hash);
  return hash.digest('hex');
}
