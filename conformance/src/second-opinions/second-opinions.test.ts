import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../commands/command.ts';
import { dredd } from '../commands/dredd.ts';
import { proxy } from '../commands/proxy.ts';
import { canariesFor } from '../kit/canary.ts';
import { answers, miniTarget } from '../testing/mini-target.ts';
import { canaryDocument, sightOf } from './canary-target.ts';
import type { SecondOpinion } from './opinion.ts';
import { violationsOf } from './prism.ts';

let folder = '';
const undo: (() => Promise<unknown>)[] = [];
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'opinions-'))));
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await rm(folder, { recursive: true });
});

async function asked(command: Command, args: readonly string[]) {
  const [said, complaints]: [string[], string[]] = [[], []];
  const code = await command.run([...args, '--report-dir', join(folder, 'out')], {
    terminal: { write: (text) => void said.push(text), isTTY: false, columns: 80 },
    complain: (line) => void complaints.push(line),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  });
  return { code, text: said.join(''), complaints };
}

const opinionOf = async (tool: string): Promise<SecondOpinion> =>
  JSON.parse(await readFile(join(folder, 'out', `second-opinion-${tool}.json`), 'utf8')) as SecondOpinion;

async function target(...answer: Parameters<typeof answers>): Promise<string> {
  const started = await miniTarget(answers(...answer));
  undo.push(started.close);
  return started.url;
}

/** A package that is called like the tool, and does what the test says. */
async function fakeDredd(script: string): Promise<string> {
  const path = join(folder, 'fake');
  await mkdir(path);
  await writeFile(join(path, 'package.json'), JSON.stringify({ name: 'dredd', version: '14.1.0', bin: { dredd: './dredd.cjs' } }));
  await writeFile(join(path, 'dredd.cjs'), script);
  return path;
}

/** Answers each question with what `outcome`, an expression over the path, says. */
const answering = (outcome: string): string => `
const { readFileSync, writeFileSync } = require('node:fs');
const rows = Object.keys(JSON.parse(readFileSync(process.argv[2], 'utf8')).paths).map((path) =>
  ({ name: path, method: 'GET', path, expected: 200, actual: 200, outcome: ${outcome}, messages: ['token ' + process.env.CLICK_DREDD_TOKEN] }));
writeFileSync(process.env.CLICK_DREDD_RESULTS, JSON.stringify(rows));`;

describe('proxy', () => {
  it("says what Prism objects to in a target's answers, decides nothing, and shows what Prism can see", { timeout: 60_000 }, async () => {
    const url = await target(200, '{}');
    const { code, text } = await asked(proxy, ['--target', url, '--prism', join(process.cwd(), 'node_modules/@stoplight/prism-cli')]);
    expect(code).toBe(0);
    expect(text).toContain('this decides nothing');
    const { looked, findings, canaries, tool } = await opinionOf('prism');
    expect(looked).toBeGreaterThan(0);
    expect(findings).toContainEqual({
      where: 'getAgentStatus 200',
      what: expect.stringContaining('response.body') as string,
      times: expect.any(Number) as number,
    });
    expect(canaries.filter(({ sight }) => sight !== 'seen')).toEqual([]);
    expect(tool.name).toBe('Prism');
  });

  it('is incomplete when the target cannot be reached, and 64 when Prism is not where it is said to be', async () => {
    const { code, complaints } = await asked(proxy, ['--target', 'http://127.0.0.1:1']);
    expect(code).toBe(2);
    expect(complaints).toEqual([expect.stringContaining('http://127.0.0.1:1 does not answer')]);
    await expect(asked(proxy, ['--prism', folder])).rejects.toThrow(/--prism takes the folder of the package @stoplight\/prism-cli/);
  });

  it('reads a violations header that Prism has cut off', () => {
    expect(violationsOf({})).toEqual([]);
    expect(violationsOf({ 'sl-violations': '[{"location":["response","body",0],"message":"is bad"}]' })).toEqual([
      { location: ['response', 'body', '0'], message: 'is bad' },
    ]);
    expect(violationsOf({ 'sl-violations': 'Too many violations! [{"loc' })).toMatchObject([{ location: ['response'] }]);
  });
});

describe('dredd', () => {
  it('says how to get it when it is not installed', async () => {
    await expect(asked(dredd, ['--dredd', 'nowhere'])).rejects.toThrow('--dredd takes the folder of the package dredd');
  });

  it('tells what it objects to and what it cannot see, with exit code 0', async () => {
    const url = await target(200, '1');
    const path = await fakeDredd(answering("path === '/bad/0' || path === '/management/agent_status' ? 'fail' : 'pass'"));
    const { code, text, complaints } = await asked(dredd, ['--target', url, '--dredd', path]);
    expect(code).toBe(0);
    expect(complaints).toEqual([expect.stringContaining('No credentials are given')]);
    expect(text).toMatch(/rejects 1 of \d+ known-bad answers/);
    const { findings, canaries } = await opinionOf('dredd');
    expect(findings).toMatchObject([{ where: 'GET /management/agent_status', times: 1 }]);
    expect(canaries.filter(({ sight }) => sight === 'seen')).toHaveLength(1);
    expect(canaries.map(({ name }) => name)).toContain('the keyword nullable');
  });

  it('gives no opinion when it ends without having asked anything, whatever its exit code', async () => {
    const { code, complaints } = await asked(dredd, [
      '--target',
      await target(200, '1'),
      '--dredd',
      await fakeDredd("console.log('0 tests')"),
    ]);
    expect(code).toBe(2);
    expect(complaints.at(-1)).toContain('Dredd gave no opinion: it ended without running anything. It said: 0 tests');
  });

  it('is ended when it takes too long', async () => {
    const path = await fakeDredd('setInterval(() => {}, 1000)');
    const { code, complaints } = await asked(dredd, ['--target', await target(200, '1'), '--dredd', path, '--timeout', '300']);
    expect(code).toBe(2);
    expect(complaints.at(-1)).toContain('it did not end within 300 ms');
  });
});

describe('the canaries of a tool', () => {
  const canaries = canariesFor({ keywords: new Set(['type', '$ref', 'description']), formats: new Set(['uuid']) });

  it('are one good and one bad answer for each keyword and format', () => {
    const { paths } = canaryDocument(canaries, { openapi: '3.0.3' }) as { paths: object };
    expect(Object.keys(paths)).toEqual(['/good/0', '/bad/0', '/good/1', '/bad/1', '/good/2', '/bad/2']);
  });

  it('tell a tool that sees from one that is blind and from one that objects to everything', async () => {
    const sights = async (complains: (path: string) => boolean) => (await sightOf(canaries, complains)).map(({ sight }) => sight);
    expect(await sights((path) => path.startsWith('/bad'))).toEqual(['seen', 'seen', 'seen']);
    expect(await sights(() => false)).toEqual(['blind', 'blind', 'blind']);
    expect(await sights(() => true)).toEqual(['false alarm', 'false alarm', 'false alarm']);
  });
});
