// Owns reading the result of an earlier run: from a file, from its folder, or the newest below ./reports.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '../kit/faults.ts';
import { resultFile } from '../reporters/json.ts';
import { type RunResult, statuses } from '../result.ts';

export interface StoredResult {
  readonly path: string;
  readonly result: RunResult;
}

/** `given` is a file or the folder of a run; without it, the newest result below ./reports is meant. */
export async function storedResult(given: string | undefined, cwd: string): Promise<StoredResult> {
  const path = given === undefined ? await newestResult(join(cwd, 'reports')) : await fileOf(resolve(cwd, given));
  if (path === undefined) throw new UsageError('there is no run below ./reports: name its result.json with --report');
  return { path, result: resultIn(await textOf(path), path) };
}

async function fileOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true ? join(path, resultFile) : path;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the result ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** As much as the commands rely on: a file that was cut off or belongs to something else is refused, not guessed at. */
export function resultIn(text: string, path: string): RunResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not whole JSON: ${messageOf(error)}`, { cause: error });
  }
  const { kit, contract, run, target, checks } = (typeof value === 'object' && value !== null ? value : {}) as Partial<RunResult>;
  if (kit?.name !== '@click-kit/conformance') throw new UsageError(`${path} is no result of this kit`);
  const parts = typeof contract?.version === 'string' && typeof run?.timeoutMs === 'number' && typeof target?.url === 'string';
  if (!parts || !Array.isArray(checks) || checks.length === 0)
    throw new UsageError(`${path} is of another version of the kit (${kit.version}) or damaged: it lacks what this one reads`);
  const odd = checks.find((check) => typeof check?.id !== 'string' || !statuses.includes(check.status));
  if (odd !== undefined)
    throw new UsageError(`${path} is of another version of the kit (${kit.version}) or damaged: it has a check this one cannot read`);
  return value as RunResult;
}

export async function newestResult(directory: string): Promise<string | undefined> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name, resultFile);
      const found = await stat(path).catch(() => undefined);
      return found && { path, at: found.mtimeMs };
    }),
  );
  return files.filter((file) => file !== undefined).sort((a, b) => b.at - a.at)[0]?.path;
}
