// The file of one object: its bytes, then a footer with the metadata, so that one rename publishes both and one open reads both.

import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { writeFully } from './batched-writer.ts';

export interface ObjectMetadata {
  /** Strong validator without its quotes; random per version, so no second pass over the bytes is needed. */
  eTag: string;
  contentType: string;
  lastModified: number;
}

export interface ObjectInfo extends ObjectMetadata {
  size: number;
}

const MAGIC = Buffer.from('CLICKOBJ');
const TAIL_BYTES = MAGIC.length + 4;
const FOOTER_READ_BYTES = 1024;
export const MAX_CONTENT_TYPE_BYTES = 255;
export const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

export function newMetadata(contentType: string | undefined, now: number): ObjectMetadata {
  return { eTag: randomBytes(16).toString('hex'), contentType: contentType ?? DEFAULT_CONTENT_TYPE, lastModified: now };
}

/** Ends the file at `size` bytes of content and appends the footer; the caller's sync makes both durable. */
export async function writeFooter(handle: FileHandle, size: number, metadata: ObjectMetadata): Promise<void> {
  const json = Buffer.from(JSON.stringify(metadata), 'utf8');
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(json.length);
  await handle.truncate(size);
  await writeFully(handle, Buffer.concat([json, tail, MAGIC]), size);
}

/** The metadata of an open file, or undefined if it does not end in a footer. */
export async function readFooter(handle: FileHandle): Promise<ObjectInfo | undefined> {
  const { size: fileSize } = await handle.stat();
  const length = Math.min(fileSize, FOOTER_READ_BYTES);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, fileSize - length);
  if (bytesRead < TAIL_BYTES || !buffer.subarray(-MAGIC.length).equals(MAGIC)) return undefined;
  const jsonLength = buffer.readUInt32BE(length - TAIL_BYTES);
  if (jsonLength > length - TAIL_BYTES) return undefined;
  const json = buffer.subarray(length - TAIL_BYTES - jsonLength, length - TAIL_BYTES).toString('utf8');
  return { ...(JSON.parse(json) as ObjectMetadata), size: fileSize - TAIL_BYTES - jsonLength };
}

export async function readObjectInfo(path: string): Promise<ObjectInfo | undefined> {
  const handle = await open(path, 'r');
  try {
    return await readFooter(handle);
  } finally {
    await handle.close();
  }
}
