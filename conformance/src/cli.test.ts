import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from './result.ts';
import { answers, miniTarget } from './testing/mini-target.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-conformance-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `whenSaid` is called with all output so far, and with a way to interrupt. */
function click(args: readonly string[], whenSaid: (out: string, interrupt: () => void) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', tsx, cli, ...args], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder, TSX_TSCONFIG_PATH: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    whenSaid(out, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const resultIn = async (directory: string): Promise<RunResult> =>
  JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')) as RunResult;

// Each of them starts a process, which takes its time on a busy machine.
describe('the command line', { timeout: 90_000 }, () => {
  it.each([
    [['walk'], 'there is no command walk'],
    [['run', '--speed', '9'], "Unknown option '--speed'"],
    [['run', '--target', 'nowhere'], '--target takes an http or https URL, not nowhere'],
    [['run', '--timeout', '0'], '--timeout takes a whole number above 0, not 0'],
    [['run', '--report-dir', ''], '--report-dir takes a folder'],
    [['run', '--smoke', '--only', 'cloud'], '--smoke is a selection of its own: leave out --only'],
    [['run', '--max-time', 'long'], '--max-time takes a whole number above 0, not long'],
    [['run', '--username', 'a'], 'give both --username and --password'],
    [['run', '--spawn', '--target', 'http://localhost:1'], '--spawn brings its own target'],
    [['run', '--only', 'no.such.check'], 'no check matches no.such.check'],
    [['run', '--profile', 'nothing.yaml'], 'nothing.yaml cannot be read'],
    [['run', '--expected-failures', 'nothing.yaml'], 'nothing.yaml cannot be read'],
    [['run', '--frozen', '0.0.0'], 'there is no frozen set for version 0.0.0'],
    [['replay', 'a', '--report', 'nothing.json'], 'nothing.json cannot be read'],
    [['sweep', '--prefix', '*'], '--prefix takes the prefix of a run'],
    [['diff', 'one'], 'this takes OLD and NEW'],
  ])('answers %j with exit code 64 and one line', async (args, line) => {
    const { code, err } = await click(args);
    expect(code).toBe(64);
    expect(err).toContain(line);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('lists every check with its level', async () => {
    const { code, out } = await click(['list', '--only', 'authentication.login']);
    expect(code).toBe(0);
    expect(out).toMatch(/authentication\.login\.success\s+MUST\s+Login answers/);
  });

  it('says what a run would cover, and what not and why', async () => {
    const { code, out } = await click(['coverage', '--static']);
    expect(code).toBe(0);
    expect(out).toMatch(/operations +(\d+) of \1\n/);
    expect(out).toContain('not covered, because it is an unexpected error');
  });

  it('ends with 2 and with reports when the target cannot be reached', async () => {
    const { code, out } = await click(['run', '--target', 'http://127.0.0.1:1', '--report-dir', 'out']);
    expect(code).toBe(2);
    expect(out).toContain('INCOMPLETE');
    expect(await readdir(join(folder, 'out'))).toEqual([
      'ctrf.json',
      'events.ndjson',
      'junit.xml',
      'report.html',
      'result.json',
      'summary.md',
    ]);
    expect(await resultIn(join(folder, 'out'))).toMatchObject({
      verdict: { verdict: 'incomplete', exitCode: 2 },
      target: { reachable: false },
    });
  });

  it('ends with 64 when the reports cannot be written', async () => {
    const { code, err } = await click(['run', '--target', 'http://127.0.0.1:1', '--report-dir', '/dev/null/reports']);
    expect(code).toBe(64);
    expect(err).toContain('the reports cannot be written to /dev/null/reports');
  });

  it.runIf(existsSync('/proc'))('ends with 64 and one line when no folder can be made there, instead of trying for ever', async () => {
    const { code, err } = await click(['run', '--target', 'http://127.0.0.1:1', '--report-dir', '/proc/nothing/here']);
    expect(code).toBe(64);
    expect(err).toMatch(/^the reports cannot be written to \/proc\/nothing\/here: ENOENT.*\n$/);
  });

  it('leaves a whole report when it is interrupted, and ends with 2', async () => {
    // Answers the probe and nothing else, so that the run is in the middle of a check when the interruption comes.
    const target = await miniTarget((request, response) => {
      if (request.headers['x-conformance-case'] === 'probe') answers(200, '1')(request, response);
    });
    try {
      let interrupted = false;
      const args = [
        'run',
        '--target',
        target.url,
        '--username',
        'a',
        '--password',
        'canary-password',
        '--report-dir',
        'out',
        '--only',
        'authentication.login',
      ];
      const { code } = await click(args, (out, interrupt) => {
        if (interrupted || !out.includes('checks')) return;
        interrupted = true;
        interrupt();
      });
      expect(code).toBe(2);
      const result = await resultIn(join(folder, 'out'));
      expect(result).toMatchObject({
        run: { interrupted: true },
        verdict: { verdict: 'incomplete' },
        counts: { blocked: result.checks.length },
      });
      for (const name of await readdir(join(folder, 'out')))
        expect(await readFile(join(folder, 'out', name), 'utf8')).not.toContain('canary-password');
    } finally {
      await target.close();
    }
  });
});
