// Owns turning the hand-written documents into single-file JSON bundles, by Redocly's CLI.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Bundles one API named in `redocly.yaml`. Rejects with Redocly's own message when a `$ref` does not resolve. */
export async function bundle(api: string, root: string): Promise<JsonObject> {
  const directory = await mkdtemp(join(tmpdir(), 'click-bundle-'));
  const file = join(directory, 'bundle.json');
  const cli = join(dirname(require.resolve('@redocly/cli/package.json')), 'bin', 'cli.js');
  try {
    await run(process.execPath, [cli, 'bundle', api, '--output', file], {
      cwd: root,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    return JSON.parse(await readFile(file, 'utf8')) as JsonObject;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
