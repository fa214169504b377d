// Owns the part file of a download: gone on with as far as it really has its bytes, and never emptied while it is a visible file as well.
import { constants, type BigIntStats } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from '@node-rs/crc32';
import type { ChunkAck } from '../providers/provider.ts';

export interface PartFile {
  readonly handle: FileHandle;
  /** Known to the ledger before the file becomes visible: by it the file is known again. */
  readonly inode: bigint;
  /** Chunks that are on the disk already. */
  readonly held: readonly ChunkAck[];
}

const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** `acks` are the chunks that an earlier run recorded; `visible` is what has the name of the destination now. */
export async function openPart(path: string, acks: readonly ChunkAck[], visible: BigIntStats | undefined): Promise<PartFile> {
  const handle = await open(path, flags, 0o666);
  try {
    const { ino, nlink, size } = await handle.stat({ bigint: true });
    if (nlink <= 1n && ino !== visible?.ino) {
      const held = await heldOf(handle, acks);
      if (held.length === 0 && size > 0n) await handle.truncate(0);
      return { handle, inode: ino, held };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  // Somebody sees this file under another name: only the name of the part is ours.
  await handle.close();
  await rm(path);
  return newPart(path);
}

async function newPart(path: string): Promise<PartFile> {
  const handle = await open(path, flags | constants.O_EXCL, 0o666);
  const { ino } = await handle.stat({ bigint: true });
  return { handle, inode: ino, held: [] };
}

/** The last chunks before a crash are the ones that a disk may have lost in spite of the sync; so many are read again. */
const suspects = 8;

/** The chunks that the file really has: what was stored is a hint, the file the truth. */
export async function heldOf(handle: FileHandle, acks: readonly ChunkAck[]): Promise<ChunkAck[]> {
  if (acks.length === 0) return [];
  const { size } = await handle.stat();
  const inside = acks.filter(({ offset, length }) => offset + length <= size);
  const held: ChunkAck[] = inside.slice(0, -suspects);
  for (const ack of inside.slice(-suspects)) {
    const bytes = Buffer.allocUnsafe(ack.length);
    const { bytesRead } = await handle.read(bytes, 0, ack.length, ack.offset);
    if (bytesRead === ack.length && crc32(bytes) === ack.crc32) held.push(ack);
  }
  return held;
}
