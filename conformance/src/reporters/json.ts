// Owns the JSON report: the result as it is.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../result.ts';
import type { Reporter } from './reporter.ts';

export const resultFile = 'result.json';

export const toJson = (result: RunResult): string => `${JSON.stringify(result, undefined, 2)}\n`;

export const jsonReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, resultFile);
    await writeFile(path, toJson(result));
    return path;
  },
});
