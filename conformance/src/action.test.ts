import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { answers, miniTarget } from './testing/mini-target.ts';

interface Action {
  readonly inputs: Record<string, { readonly default: string }>;
  readonly runs: { readonly steps: readonly { readonly id?: string; readonly env?: Record<string, string>; readonly run?: string }[] };
}

const actionFolder = fileURLToPath(new URL('../action', import.meta.url));
const action = parse(await readFile(join(actionFolder, 'action.yml'), 'utf8')) as Action;
let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'click-action-'));
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

/** The step `judge` as a runner would run it: the same shell, the inputs as the variables that the step asks for. */
async function judge(given: Record<string, string>) {
  const step = action.runs.steps.find(({ id }) => id === 'judge');
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default])), ...given };
  const value = (text: string): string =>
    text
      .replaceAll('${{ github.action_path }}', actionFolder)
      .replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_all, name: string) => inputs[name] ?? '');
  const [script, output, summary] = ['step.sh', 'output', 'summary'].map((name) => join(workspace, name)) as [string, string, string];
  await Promise.all([writeFile(script, step?.run ?? ''), writeFile(output, ''), writeFile(summary, '')]);
  const env = {
    PATH: process.env.PATH,
    HOME: workspace,
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    ...Object.fromEntries(Object.entries(step?.env ?? {}).map(([name, text]) => [name, value(text)])),
  };
  const said = await new Promise<{ code: number; text: string }>((resolve) => {
    execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd: workspace, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: out + err }),
    );
  });
  return { ...said, output: await readFile(output, 'utf8'), summary: await readFile(summary, 'utf8') };
}

async function judgeMini(body: string, inputs: Record<string, string>) {
  const target = await miniTarget(answers(200, body));
  try {
    return await judge({ target: target.url, arguments: '--only management.get-agent-status.success', ...inputs });
  } finally {
    await target.close();
  }
}

describe('the GitHub Action', () => {
  it('ends with the exit code of the kit, says it, and shows the summary', { timeout: 60_000 }, async () => {
    const passed = await judgeMini('1', {});
    expect(passed).toMatchObject({ code: 0, output: 'exit-code=0\n', summary: expect.stringContaining('Passed') as unknown });
    expect(await readdir(join(workspace, 'conformance-report'))).toContain('report.html');
    const failed = await judgeMini('"text"', { 'report-directory': 'elsewhere' });
    expect(failed).toMatchObject({ code: 1, output: 'exit-code=1\n', summary: expect.stringContaining('Failed') as unknown });
    expect(await readdir(join(workspace, 'elsewhere'))).toContain('result.json');
  });

  it('takes inputs as values and never as text of its script', { timeout: 60_000 }, async () => {
    const { code, output } = await judgeMini('1', { arguments: '--only management; touch $(echo bad) `touch worse`' });
    expect({ code, output }).toEqual({ code: 64, output: 'exit-code=64\n' });
    expect((await readdir(workspace)).sort()).toEqual(['output', 'step.sh', 'summary']);
  });

  it('hands the password on without showing it', { timeout: 60_000 }, async () => {
    const { text, summary } = await judgeMini('1', { username: 'admin@example.com', password: 'canary-of-the-action' });
    expect(text).toContain('as admin@example.com');
    expect(text + summary + (await readFile(join(workspace, 'conformance-report', 'result.json'), 'utf8'))).not.toContain(
      'canary-of-the-action',
    );
  });
});
