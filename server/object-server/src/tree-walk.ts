// The ordered walk over a bucket's tree: keys in UTF-8 byte order, from any position, with memory bounded by the batch size.

import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from './http-error.ts';
import { parseName, type TreeEntry } from './key-path.ts';

/** Shared with the caller, who may move `after` forward during the walk to skip whole ranges. */
export interface Cursor {
  /** Only keys greater than this binary string are visited. */
  after: string;
  prefix: string;
}

export interface WalkedObject {
  key: string;
  path: string;
}

// Greater than every byte that UTF-8 uses, so `base + BEYOND` follows all keys that start with the base.
export const BEYOND = '\u00ff';

interface Frame {
  path: string;
  base: string;
  batch: TreeEntry[];
  position: number;
  last: string | undefined;
  exhausted: boolean;
}

const DIRECTORY_BUFFER_ENTRIES = 1024;

export async function* walkObjects(root: string, cursor: Cursor, batchSize: number): AsyncGenerator<WalkedObject> {
  const stack = [newFrame(root, '')];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const entry = mayHold(frame.base, cursor) ? await nextEntry(frame, cursor, batchSize) : undefined;
    if (entry === undefined) {
      stack.pop();
      continue;
    }
    const key = frame.base + entry.part;
    if (!inRange(entry, key, cursor)) continue;
    const path = join(frame.path, entry.name);
    if (entry.kind === 'object') yield { key, path };
    else stack.push(newFrame(path, key));
  }
}

function newFrame(path: string, base: string): Frame {
  return { path, base, batch: [], position: 0, last: undefined, exhausted: false };
}

async function nextEntry(frame: Frame, cursor: Cursor, batchSize: number): Promise<TreeEntry | undefined> {
  if (frame.position === frame.batch.length) {
    if (frame.exhausted) return undefined;
    frame.batch = await readBatch(frame, cursor, batchSize);
    frame.position = 0;
    frame.exhausted = frame.batch.length < batchSize;
  }
  const entry = frame.batch[frame.position];
  if (entry === undefined) return undefined;
  frame.position += 1;
  frame.last = entry.part;
  return entry;
}

/** The `batchSize` smallest entries of a directory that come after the last one and can hold a wanted key. */
async function readBatch(frame: Frame, cursor: Cursor, batchSize: number): Promise<TreeEntry[]> {
  let smallest: TreeEntry[] = [];
  const trim = (): void => {
    smallest.sort((a, b) => (a.part < b.part ? -1 : 1));
    smallest = smallest.slice(0, batchSize);
  };
  try {
    for await (const { name } of await opendir(frame.path, { bufferSize: DIRECTORY_BUFFER_ENTRIES })) {
      const entry = parseName(name);
      if (entry === undefined || (frame.last !== undefined && entry.part <= frame.last)) continue;
      if (!inRange(entry, frame.base + entry.part, cursor)) continue;
      smallest.push(entry);
      if (smallest.length >= 2 * batchSize) trim();
    }
  } catch (error) {
    // The directory was pruned by a delete after its parent was read: it holds no keys any more.
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
  trim();
  return smallest;
}

function inRange(entry: TreeEntry, key: string, cursor: Cursor): boolean {
  if (entry.kind === 'object') return key > cursor.after && key.startsWith(cursor.prefix);
  return mayHold(key, cursor);
}

/** Whether a key that starts with `base` can lie in the range. */
function mayHold(base: string, { after, prefix }: Cursor): boolean {
  const mayFollow = base > after || (after.startsWith(base) && after[base.length] !== BEYOND);
  return mayFollow && (base.startsWith(prefix) || prefix.startsWith(base));
}
