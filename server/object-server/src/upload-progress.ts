// The durable progress of one upload: a fixed-size record in two slots, written in turn, so that a torn write loses nothing.

import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { writeFully } from './batched-writer.ts';

export interface Progress {
  /** Bytes that are on the disk. */
  offset: number;
  /** When the offset last moved; the expiry counts from here. */
  touchedAt: number;
  sequence: number;
}

const RECORD_BYTES = 24;
// One sector apart, because a sector is what a disk writes in one piece.
const SLOT_BYTES = 512;

export async function writeProgress(path: string, progress: Progress): Promise<void> {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeBigUInt64BE(BigInt(progress.offset), 0);
  record.writeBigUInt64BE(BigInt(progress.touchedAt), 8);
  record.writeUInt32BE(progress.sequence, 16);
  record.writeUInt32BE(crc32(record.subarray(0, 20)), 20);
  const handle = await open(path, progress.sequence === 0 ? 'w' : 'r+', 0o600);
  try {
    // The first record sets the file's final size, so that later ones overwrite in place and their sync is cheap.
    if (progress.sequence === 0) await writeFully(handle, Buffer.alloc(2 * SLOT_BYTES), 0);
    await writeFully(handle, record, (progress.sequence % 2) * SLOT_BYTES);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

export async function readProgress(path: string): Promise<Progress | undefined> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(2 * SLOT_BYTES);
    await handle.read(buffer, 0, buffer.length, 0);
    const slots = [parseRecord(buffer.subarray(0, RECORD_BYTES)), parseRecord(buffer.subarray(SLOT_BYTES, SLOT_BYTES + RECORD_BYTES))];
    return slots.filter((slot) => slot !== undefined).toSorted((a, b) => b.sequence - a.sequence)[0];
  } finally {
    await handle.close();
  }
}

function parseRecord(record: Buffer): Progress | undefined {
  const touchedAt = Number(record.readBigUInt64BE(8));
  if (touchedAt === 0 || record.readUInt32BE(20) !== crc32(record.subarray(0, 20))) return undefined;
  return { offset: Number(record.readBigUInt64BE(0)), touchedAt, sequence: record.readUInt32BE(16) };
}
