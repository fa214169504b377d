import type { RequestListener } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadContract } from '../kit/contract.ts';
import { type SpawnedAgent, spawnAgent } from '../kit/spawn-agent.ts';
import type { RunResult } from '../result.ts';
import { answers, type MiniTarget, miniTarget } from '../testing/mini-target.ts';
import { captured } from '../testing/surroundings.ts';
import type { Surroundings } from './command.ts';
import { run } from './run.ts';
import { readRunOptions } from './run-options.ts';
import { planOf } from './run-plan.ts';

let folder: string;
let agent: SpawnedAgent;
const targets: MiniTarget[] = [];
beforeAll(async () => {
  agent = await spawnAgent(new AbortController().signal);
});
afterAll(() => agent.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-run-test-'));
});
afterEach(async () => {
  for (const target of targets.splice(0)) await target.close();
  await rm(folder, { recursive: true, force: true });
});

async function mini(...listener: Parameters<typeof miniTarget>): Promise<string> {
  const target = await miniTarget(...listener);
  targets.push(target);
  return target.url;
}

async function started(args: readonly string[], overrides: Partial<Surroundings> = {}) {
  const surroundings = captured({ cwd: folder, ...overrides });
  const code = await run.run(['--report-dir', 'out', ...args], surroundings);
  return { code, out: surroundings.out(), err: surroundings.err() };
}

const counting =
  (count: () => void): RequestListener =>
  (request, response) => {
    count();
    answers(200, '1')(request, response);
  };

const result = async (): Promise<RunResult> => JSON.parse(await readFile(join(folder, 'out', 'result.json'), 'utf8')) as RunResult;
const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return name;
};
const status = ['--only', 'management.get-agent-status.success'];
const signedIn = (password = 'click-demo') => ['--username', 'admin@example.com', '--password', password, '--type', '16'];

describe('a dry run', () => {
  it('sends nothing, writes nothing, never says passed, and says what would be touched', async () => {
    let requests = 0;
    const url = await mini(counting(() => (requests += 1)));
    const { code, out } = await started(['--dry-run', '--target', url, ...signedIn()]);
    expect(code).toBe(0);
    expect(requests).toBe(0);
    expect(out).toContain('DRY RUN: nothing was sent');
    expect(out).not.toMatch(/passed/i);
    expect(out).toMatch(/as admin@example\.com, \d+ checks will/);
    expect(out).toMatch(/create cloud accounts, folders and objects named ckit-[0-9a-f]{8}…/);
    expect(out).toContain('deleteCloudAccount');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('consent', () => {
  it('is asked for on a terminal, and a no sends nothing and is not passed', async () => {
    let requests = 0;
    const url = await mini(counting(() => (requests += 1)));
    const questions: string[] = [];
    const ask = async (question: string): Promise<boolean> => questions.push(question) > 1;
    expect(await started(['--target', url, ...status], { ask })).toMatchObject({
      code: 2,
      out: expect.stringContaining('Nothing was sent') as unknown,
    });
    expect(requests).toBe(0);
    expect(await readdir(join(folder, 'out'))).toEqual([]);
    expect((await started(['--target', url, ...status], { ask })).code).toBe(0);
    expect(questions).toHaveLength(2);
  });

  it('is printed and taken as given with --yes and without a terminal', async () => {
    const url = await mini(answers(200, '1'));
    const ask = (): Promise<boolean> => Promise.reject(new Error('nobody is to be asked'));
    expect((await started(['--target', url, '--yes', ...status], { ask })).out).toContain('without signing in, 1 check will\n  only read.');
    expect((await started(['--target', url, ...status])).out).toContain('only read.');
  });

  it('names the checks that touch what they did not create, and they run only when that is allowed', async () => {
    const contract = loadContract();
    const place = { env: {}, cwd: folder };
    const options = await readRunOptions([], place, contract);
    const plan = await planOf(options, options.target, contract);
    const harmful = { ...plan.checks[0]!, impact: 'destructive' } as const;
    expect(plan.gate(harmful)).toContain('needs --allow destructive');
    const allowing = await readRunOptions(['--allow', 'destructive'], place, contract);
    expect((await planOf(allowing, allowing.target, contract)).gate(harmful)).toBeUndefined();
    const left = plan.checks.filter((check) => plan.gate(check) !== undefined);
    // What an agent may take literally without being wrong.
    expect(left.filter(({ id, level }) => level !== 'INFO' || !id.endsWith('.not-an-admin')).map(({ id }) => id)).toEqual([]);
  });
});

describe('the report folder', () => {
  it('that another run is writing to is refused with one line', async () => {
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', '.run.lock'), String(process.pid));
    const url = await mini(answers(200, '1'));
    await expect(started(['--target', url, ...status])).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(`another run (process ${process.pid}) is writing to`) as unknown,
    });
  });

  it('of a run that was killed is taken over, and no lock is left', async () => {
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', '.run.lock'), '99999999');
    expect((await started(['--target', await mini(answers(200, '1')), ...status])).code).toBe(0);
    expect(await readdir(join(folder, 'out'))).not.toContain('.run.lock');
  });

  it('that is a file, or whose report cannot be replaced, ends with one line and no stack', async () => {
    const url = await mini(answers(200, '1'));
    await file('out', 'a file');
    await expect(started(['--target', url, ...status])).rejects.toMatchObject({ name: 'UsageError' });
    await rm(join(folder, 'out'));
    await mkdir(join(folder, 'out', 'result.json'), { recursive: true });
    await expect(started(['--target', url, ...status])).rejects.toMatchObject({
      name: 'KitFault',
      message: expect.stringContaining('a report could not be written') as unknown,
    });
  });
});

describe('a target', () => {
  it('that answers HTML is doubted in one line, and fails', async () => {
    const { code, err } = await started(['--target', await mini(answers(200, '<html>', { 'content-type': 'text/html' })), ...status]);
    expect(code).toBe(1);
    expect(err).toMatch(/^Warning: .* answers 200 text\/html where an agent tells its state as JSON.*\n$/);
  });

  it('that serves nothing is doubted to be an agent of this version, and fails', async () => {
    const { code, err } = await started(['--target', await mini(answers(404, '')), ...status]);
    expect(code).toBe(1);
    expect(err).toContain('Not served (404, 405 or 501): getAgentStatus. The target may be of another version');
  });

  it('that speaks no TLS under an https URL is incomplete, and the reason says so', async () => {
    const url = await mini(answers(200, '1'));
    const { code, out, err } = await started(['--target', url.replace('http:', 'https:'), ...status]);
    expect(code).toBe(2);
    expect(out).toContain('it does not speak TLS; try the URL with http:');
    expect(err).toBe('');
  });

  it('that refuses the credentials leaves the run incomplete: that is no finding about the target', async () => {
    const only = ['--only', 'authentication.login', '--only', 'cloud.get-cloud-accounts.success'];
    const { code, out } = await started(['--target', agent.target.url, ...signedIn('canary-wrong-word'), ...only]);
    expect(code).toBe(2);
    expect(out).toContain('the target refuses admin@example.com (401 AUTH): check the user name, the password and the user type');
    const { checks } = await result();
    expect(checks.find(({ id }) => id === 'authentication.login.success')?.status).toBe('blocked');
    expect(checks.find(({ id }) => id === 'cloud.get-cloud-accounts.success')?.status).toBe('blocked');
    expect(JSON.stringify(await result())).not.toContain('canary-wrong-word');
  });
});

describe('the exceptions of a run', () => {
  it('that are stale fail it and stand in the result', async () => {
    const known = await file('known.yaml', 'expected:\n  - {check: no.such.check, reason: r, owner: o, expires: 2999-01-01}\n');
    const { code, out } = await started(['--target', agent.target.url, '--expected-failures', known, ...status]);
    expect(code).toBe(1);
    expect(out).toContain('1 stale entry in the expected-failures file');
    expect(await result()).toMatchObject({
      stale: [expect.stringContaining('no.such.check: there is no such check')],
      counts: { passed: 1 },
    });
  });

  it('let a known failure pass as such, at the exit code and in the counts', async () => {
    const id = status[1];
    const known = await file('known.yaml', `expected:\n  - {check: ${id}, reason: r, owner: o, expires: 2999-01-01}\n`);
    const url = await mini(answers(200, '"text"'));
    const { code } = await started(['--target', url, '--expected-failures', known, ...status]);
    // Nothing else was executed, so it is not passed either.
    expect(code).toBe(2);
    expect(await result()).toMatchObject({
      counts: { expected: 1, failed: 0 },
      verdict: { reasons: ['no check that decides was executed'] },
    });
  });

  it('name a frozen set that exists', async () => {
    await expect(started(['--target', agent.target.url, '--frozen', '0.0.1', ...status])).rejects.toThrow(
      'there is no frozen set for version 0.0.1',
    );
  });
});

describe('what a profile declares', () => {
  it('is asked of the target, and what it leaves out is not applicable', async () => {
    const profile = await file('target.yaml', 'operations: [getAgentStatus, login, logout, getCloudAccounts]\nclouds: [AWS]\n');
    const only = ['--only', 'declared.*', '--only', 'cloud.list-buckets.*', '--only', 'cloud.get-cloud-accounts.*'];
    const { code } = await started(['--target', agent.target.url, ...signedIn(), '--profile', profile, ...only]);
    expect(code).toBe(0);
    const { checks } = await result();
    const statuses = Object.fromEntries(checks.map(({ id, status: ended }) => [id, ended]));
    expect(statuses).toMatchObject({
      'declared.management.get-agent-status': 'passed',
      'declared.authentication.login': 'passed',
      'declared.cloud.get-cloud-accounts': 'passed',
      'cloud.get-cloud-accounts.success': 'passed',
      'cloud.list-buckets.bad-token': 'not-applicable',
    });
    expect(checks.find(({ id }) => id === 'cloud.list-buckets.bad-token')?.reason).toBe(
      'the profile of the target does not list listBuckets among its operations',
    );
  });

  it('makes a check of a cloud that is not there not applicable', async () => {
    const profile = await file('target.yaml', 'clouds: [AWS]\n');
    const only = ['--only', 'cloud.account.sharing', ...status];
    expect((await started(['--target', agent.target.url, ...signedIn(), '--profile', profile, ...only])).code).toBe(0);
    expect((await result()).checks.find(({ id }) => id === 'cloud.account.sharing')).toMatchObject({
      status: 'not-applicable',
      reason: 'the profile of the target does not list the cloud LocalHttp',
    });
  });

  it.each([404, 405, 501])('and the target answers with %i is a lie, and fails', async (absent) => {
    const url = await mini((request, response) =>
      (request.url === '/management/agent_status' ? answers(200, '1') : answers(absent, ''))(request, response),
    );
    const profile = await file('target.yaml', 'operations: [getAgentStatus, listBuckets]\n');
    expect((await started(['--target', url, '--profile', profile, '--only', 'declared.*'])).code).toBe(1);
    expect((await result()).checks.map(({ id, status: ended }) => [id, ended])).toEqual([
      ['declared.management.get-agent-status', 'passed'],
      ['declared.cloud.list-buckets', 'failed'],
    ]);
  });
});
