// Owns the key files of an installation: created once, readable by their owner only.
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { platform } from 'node:os';
import { dirname } from 'node:path';

const keyLength = 32;

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;

/** Reads the key, or creates it when there is none; of two agents that create it at once, both end with the same key. */
export function keyFile(path: string): Buffer {
  try {
    return readKey(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createKey(path);
  return readKey(path);
}

function readKey(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    // Windows has no such bits; its profile folders are private already.
    if (platform() !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`The key file ${path} can be read by others (mode ${mode.toString(8)}). Run: chmod 600 '${path}'`);
    }
    const key = readFileSync(descriptor);
    if (key.length !== keyLength) throw new Error(`The key file ${path} is damaged: it holds ${key.length} bytes instead of ${keyLength}.`);
    return key;
  } finally {
    closeSync(descriptor);
  }
}

/** Written aside and linked into place, so that nobody ever reads half a key and an existing key is never replaced. */
function createKey(path: string): void {
  const aside = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    const descriptor = openSync(aside, 'wx', 0o600);
    try {
      writeSync(descriptor, randomBytes(keyLength));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(aside, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
