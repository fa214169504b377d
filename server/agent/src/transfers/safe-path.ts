// Owns turning the key of an object into a path that never leaves the target folder.
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { LocalFileError, localFileError } from './errors.ts';

const windows = sep === '\\';
const reservedName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
const drive = /^[a-z]:/i;
const windowsOnly = /[<>:"|?*]|[. ]$/;

function refusal(segment: string): string | undefined {
  if (segment === '') return 'it has an empty part';
  if (segment === '.' || segment === '..') return 'it steps out of the folder';
  if (segment.includes('\\') || segment.includes('\0')) return 'it has a character that no file name may have';
  if (drive.test(segment)) return 'it names a drive';
  // Everywhere, not only on Windows: the folder may be on a share, or copied there later.
  if (reservedName.test(segment)) return 'it is a reserved device name';
  return windows && windowsOnly.test(segment) ? 'it has a character that no file name may have' : undefined;
}

/** The path of `key` below `folder`; a key that cannot be a path there is refused, never rewritten. */
export function pathBelow(folder: string, key: string): string {
  const segments = key.split('/');
  for (const segment of segments) {
    const reason = refusal(segment);
    if (reason !== undefined) {
      throw new LocalFileError('invalid', `The object ${JSON.stringify(key)} cannot be saved: ${reason}.`);
    }
  }
  return join(folder, ...segments);
}

/** The key of a copy below a folder; the segments that servers resolve to another place are refused, never rewritten. */
export function keyBelow(prefix: string, relative: string): string {
  const wrong = relative.split('/').find((segment) => segment === '.' || segment === '..');
  if (wrong === undefined && !relative.startsWith('/')) return prefix + relative;
  throw new LocalFileError('invalid', `The object ${JSON.stringify(relative)} cannot be copied: its name steps out of the folder.`);
}

/** Follows the links on the way: the nearest existing folder above `path` must still be in `root`. */
export async function assertInside(root: string, path: string): Promise<void> {
  const realRoot = await realpath(root).catch((error: unknown) => {
    throw localFileError(error, root);
  });
  const real = await realpath(await nearestExisting(dirname(path))).catch((error: unknown) => {
    throw localFileError(error, dirname(path));
  });
  if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
    throw new LocalFileError('invalid', `${path} cannot be saved: a link on the way leads out of the folder.`);
  }
}

/** `path` itself, or the closest folder above it that exists (a dangling link counts as existing). */
export async function nearestExisting(path: string): Promise<string> {
  for (let current = path; ; current = dirname(current)) {
    try {
      await lstat(current);
      return current;
    } catch (error) {
      if (dirname(current) === current || localFileError(error, current).kind !== 'missing') throw localFileError(error, current);
    }
  }
}
