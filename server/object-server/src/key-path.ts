// The map between object keys and file names, reversible and safe on any file system.
//
// A key is split at '/'. Its segments become directories `name.d`, the last one the file `name.o`, so that `a` and `a/b` can
// both exist. Bytes outside [a-z0-9._-] are percent-encoded: upper case (case-insensitive file systems) and non-ASCII (Unicode
// normalisation) included. A segment of 80 bytes or more is cut into `chunk.c` directories of exactly 80 bytes, so no name
// exceeds 242 bytes and everything that starts with a chunk lives below it, which keeps every directory one contiguous key range.
//
// "Binary" strings here hold one UTF-8 byte per character, so that `<` compares keys in byte order.

import { HttpError } from './http-error.ts';

export type EntryKind = 'object' | 'directory' | 'chunk';

export interface TreeEntry {
  kind: EntryKind;
  name: string;
  /** What the entry adds to the binary key of its parent; a directory's ends in '/'. */
  part: string;
}

export const MAX_KEY_BYTES = 1024;
const CHUNK_BYTES = 80;
const SUFFIX: Record<EntryKind, string> = { object: '.o', directory: '.d', chunk: '.c' };
const KIND = new Map<string, EntryKind>([
  ['.o', 'object'],
  ['.d', 'directory'],
  ['.c', 'chunk'],
]);
const ENCODED = /^(?:[a-z0-9._-]|%[0-9a-f]{2})*$/;

export function toBinary(key: string): string {
  return Buffer.from(key, 'utf8').toString('latin1');
}

export function fromBinary(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('utf8');
}

export function checkKey(key: string): void {
  if (key === '') throw new HttpError('InvalidKey', 'The key must not be empty.');
  if (key.includes('\0')) throw new HttpError('InvalidKey', 'The key must not contain a NUL character.');
  if (Buffer.byteLength(key, 'utf8') > MAX_KEY_BYTES) throw new HttpError('InvalidKey', `The key exceeds ${MAX_KEY_BYTES} bytes of UTF-8.`);
}

/** The path of a key's file below the root of its bucket, as components. */
export function keyToPath(key: string): string[] {
  const segments = toBinary(key).split('/');
  return segments.flatMap((segment, index) => {
    const names: string[] = [];
    let rest = segment;
    while (rest.length >= CHUNK_BYTES) {
      names.push(encode(rest.slice(0, CHUNK_BYTES)) + SUFFIX.chunk);
      rest = rest.slice(CHUNK_BYTES);
    }
    names.push(encode(rest) + (index === segments.length - 1 ? SUFFIX.object : SUFFIX.directory));
    return names;
  });
}

/** Reads a file name back; undefined for a name that this module does not produce. */
export function parseName(name: string): TreeEntry | undefined {
  const kind = KIND.get(name.slice(-2));
  const encoded = name.slice(0, -2);
  if (kind === undefined || !ENCODED.test(encoded)) return undefined;
  const segment = encoded.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { kind, name, part: kind === 'directory' ? `${segment}/` : segment };
}

function encode(segment: string): string {
  return segment.replace(/[^a-z0-9._-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
