// Owns the checks of local paths before a transfer is accepted, so that the caller can refuse at once.
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { LocalFileError, localFileError } from './errors.ts';
import { nearestExisting } from './safe-path.ts';

function assertAbsolute(path: string): void {
  if (path.includes('\0') || !isAbsolute(path)) {
    throw new LocalFileError('invalid', `${JSON.stringify(path)} is not an absolute path.`);
  }
}

/** The file exists, is a regular file and can be read. */
export async function checkLocalFile(path: string): Promise<{ size: number }> {
  assertAbsolute(path);
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new LocalFileError('invalid', `${path} is not a regular file.`);
    await (await open(path, 'r')).close();
    return { size: facts.size };
  } catch (error) {
    throw localFileError(error, path);
  }
}

/** The folder exists or can be created, and can be written. Creates nothing. */
export async function checkLocalFolder(path: string): Promise<void> {
  assertAbsolute(path);
  try {
    const existing = await nearestExisting(path);
    if (!(await stat(existing)).isDirectory()) throw new LocalFileError('invalid', `${existing} is not a folder.`);
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw localFileError(error, path);
  }
}
