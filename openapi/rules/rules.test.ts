// Holds every house rule against a document that breaks it, and the contract against all rules.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const fixtures = join(here, 'fixtures');
const cli = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin', 'cli.js');

interface Report {
  readonly problems: readonly { ruleId: string; message: string }[];
}

/** Runs the linter as a user does. It exits with 1 when it finds something, which is an answer and not a failure here. */
async function lint(cwd: string, document: string): Promise<Report> {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [cli, 'lint', document, '--format=json'], { cwd, env, timeout: 15_000 }, (error, stdout, stderr) => {
      if (stdout.trim() === '') reject(new Error(`the linter said nothing: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
  return JSON.parse(output) as Report;
}

const rules = readdirSync(here)
  .filter((name) => name.endsWith('.js') && name !== 'plugin.js')
  .map((name) => name.slice(0, -'.js'.length));

describe('house rules', () => {
  it.each(rules)('%s alone reports its failing document', async (rule) => {
    const report = await lint(fixtures, `${rule}.yaml`);
    expect(new Set(report.problems.map((problem) => problem.ruleId))).toEqual(new Set([`house/${rule}`]));
  });

  it('report every fault of a document and not only the first', async () => {
    const messages = async (fixture: string) => (await lint(fixtures, fixture)).problems.map((problem) => problem.message);
    expect(await messages('examples-on-bodies-and-responses.yaml')).toHaveLength(3);
    expect(await messages('basis-note-required.yaml')).toHaveLength(3);
  });

  it('hold for channels as well', async () => {
    const report = await lint(fixtures, 'basis-note-required.channels.yaml');
    expect(report.problems.map((problem) => problem.ruleId)).toEqual(['house/basis-note-required']);
  });

  it.each(['click', 'object-server', 'click-channels'])('find nothing in %s', async (api) => {
    const report = await lint(root, api);
    expect(report.problems).toEqual([]);
  });
});
