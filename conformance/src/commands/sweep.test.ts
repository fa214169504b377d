import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../kit/check.ts';
import { loadContract } from '../kit/contract.ts';
import { newEnvironment } from '../kit/environment.ts';
import { markRun } from '../kit/live-runs.ts';
import { runChecks } from '../kit/runner.ts';
import { scenario } from '../kit/scenario.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { type SpawnedAgent, spawnAgent } from '../kit/spawn-agent.ts';
import { clientState, upload } from '../kit/transfers.ts';
import { judge } from '../kit/verdict.ts';
import { captured } from '../testing/surroundings.ts';
import { sweep } from './sweep.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
let agent: SpawnedAgent;
beforeAll(async () => {
  agent = await spawnAgent(new AbortController().signal);
});
afterAll(() => agent.stop());

const environment = () =>
  newEnvironment({ contract, validator, target: agent.target, timeoutMs: 20_000, signal: new AbortController().signal });

const leaves = (what: 'account'): Check =>
  scenario(
    `test.leaves-${what}`,
    { title: `A check that leaves an ${what}`, controller: 'Cloud', operations: ['insertCloudAccount', 'insertApiToken'] },
    async (context) => {
      const { accessKey, secretKey, serviceUrl } = await context.given.storage();
      const api = await context.given.session();
      await api.ok('insertCloudAccount', {
        body: { name: context.name('left'), cloudType: 2048, accessKey, secretKey, serviceUrl, shared: false },
      });
      await api.ok('insertApiToken', { body: { title: context.name('left-too') } });
    },
  );

/** What a run that is killed after an upload leaves: nothing of it is cleaned up. */
async function killedRun(): Promise<{ prefix: string; folder: string; stop: () => Promise<unknown> }> {
  const made = environment();
  const check = scenario('test.upload', { title: 'An upload', controller: 'Cloud', operations: ['uploadObject'] }, async (context) => {
    const api = await context.given.session();
    const storage = await context.given.storage();
    await api.ok('insertUserGroup', { body: { name: context.name('group'), description: '', active: true } });
    await api.ok('importUsers', { body: [{ user: { username: `${context.prefix}-left@example.com` } }] });
    await clientState(context, api, await upload(context, api, storage, await context.given.file('a.bin', 10)), ['completed']);
    const name = `${context.prefix}-left`;
    await api.ok('insertProject', { body: { name } });
    await api.ok('insertSharedCloudDrive', { body: { name, cloudAccountId: storage.account.id, storageName: storage.source } });
  });
  const steps: (() => Promise<unknown>)[] = [];
  const killed = {
    ...made,
    cleanup: {
      add: (what: string, undo: () => Promise<unknown>) => void (what.startsWith('object server') && steps.push(undo)),
      run: async () => [],
    },
  };
  const { results } = await runChecks({ environment: killed as unknown as typeof made, checks: [check], bail: false });
  expect(results[0]).toMatchObject({ status: 'passed' });
  const folder = await mkdtemp(join(tmpdir(), `${made.prefix}-`));
  return { prefix: made.prefix, folder, stop: async () => [await Promise.all(steps.map((step) => step())), await made.http.close()] };
}

async function swept(args: readonly string[]) {
  const surroundings = captured();
  const who = ['--target', agent.target.url, '--username', 'admin@example.com', '--password', 'click-demo', '--type', '16'];
  const code = await sweep.run([...who, ...args], surroundings);
  return { code, out: surroundings.out(), err: surroundings.err() };
}

describe('a sweep', { timeout: 90_000 }, () => {
  it('removes what a killed run left, names it, and has nothing to do the second time', async () => {
    const { prefix, folder, stop } = await killedRun();
    const dry = await swept(['--prefix', prefix, '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).not.toContain('removed');
    const { code, out } = await swept(['--prefix', prefix]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`removed   cloud account ${prefix}-storage-\\d+`));
    expect(out).toContain(`removed   user ${prefix}-left@example.com`);
    expect(out).toContain(`removed   user group ${prefix}-test-upload-group`);
    expect(out).toMatch(/removed {3}history record [0-9a-f-]{36}/);
    expect(out).toContain(`removed   shared drive ${prefix}-left`);
    expect(out).toContain(`removed   project ${prefix}-left`);
    expect(out).toContain(`removed   folder ${folder}`);
    expect(out).toMatch(/\d removed, 0 left/);
    expect(existsSync(folder)).toBe(false);
    expect(await swept(['--prefix', prefix])).toMatchObject({ code: 0, out: 'Nothing is left behind.\n' });
    await stop();
  });

  it('leaves a run alone that is going on', async () => {
    const prefix = 'ckit-00c0ffee';
    // Several environments of one process may share a prefix.
    const unmark = await markRun(`${prefix}-57`);
    const folder = await mkdtemp(join(tmpdir(), `${prefix}-`));
    try {
      await expect(swept(['--prefix', prefix])).rejects.toThrow(`the run ${prefix} is going on (process ${process.pid})`);
      expect(await swept(['--prefix', 'ckit-00c0ffe'])).toMatchObject({ code: 0, out: 'Nothing is left behind.\n' });
      expect(existsSync(folder)).toBe(true);
    } finally {
      await unmark();
      await rm(folder, { recursive: true });
    }
  });

  it('that cannot sign in removes what is on this machine, and says that it is not complete', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ckit-00decade-'));
    const { code, out, err } = await swept(['--prefix', 'ckit-00decade', '--password', 'canary-wrong-word']);
    expect(code).toBe(2);
    expect(out).toContain(`removed   folder ${folder}`);
    expect(err).toContain('could not be looked at: signing in failed: login answered 401 AUTH');
    expect(`${out}${err}`).not.toContain('canary-wrong-word');
  });

  it('takes no prefix that could mean what is not the kit’s', async () => {
    await expect(swept(['--prefix', ''])).rejects.toMatchObject({ name: 'UsageError' });
    await expect(swept(['--prefix', 'Local'])).rejects.toMatchObject({ name: 'UsageError' });
  });
});

/** Managed storage with a key and something in its bucket, as a check that is cut off leaves it. */
const leavesStorage = scenario(
  'test.leaves-storage',
  {
    title: 'A check that leaves managed storage',
    controller: 'Storage',
    operations: ['addAmoveStorage', 'createStorageKey', 'createFolder'],
  },
  async ({ given, prefix, expect }) => {
    const api = await given.session();
    const bucketName = `${prefix}-left`;
    const { id } = await api.ok('addAmoveStorage', { body: { cloudAccountName: bucketName, bucketName, storageTier: 0 } });
    await api.ok('createStorageKey', { body: { name: `${prefix}-key`, permission: 0, allBuckets: true, cloudAccountId: id } });
    await api.ok('createFolder', { body: { cloudAccount: { id }, storageName: bucketName, path: '', folderName: 'folder' } });
    expect.that(true, 'all of it is there');
  },
);

describe('a run that leaves something behind', { timeout: 90_000 }, () => {
  it('is told of managed storage, its keys and what is in it, and a sweep removes all of it', async () => {
    const made = environment();
    const { results, cleanupErrors } = await runChecks({ environment: made, checks: [leavesStorage], bail: false });
    await made.http.close();
    expect(results[0]).toMatchObject({ status: 'passed' });
    const [key, account] = [`storage key ${made.prefix}-key`, `cloud account ${made.prefix}-left`];
    expect(cleanupErrors).toEqual([`looking for what is left: still there: ${key}, ${account}`]);
    const { code, out } = await swept(['--prefix', made.prefix]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `found     ${key}\nfound     ${account}\nremoved   ${key}\nremoved   ${account}\n2 removed, 0 left\n`,
    });
    expect(await swept(['--prefix', made.prefix])).toMatchObject({ code: 0, out: 'Nothing is left behind.\n' });
  });

  it('is incomplete at best, names it, and can be swept', async () => {
    const made = environment();
    const { results, cleanupErrors, interrupted } = await runChecks({ environment: made, checks: [leaves('account')], bail: false });
    await made.http.close();
    expect(results[0]).toMatchObject({ status: 'passed' });
    const name = `${made.prefix}-test-leaves-account-left`;
    expect(cleanupErrors).toEqual([`looking for what is left: still there: cloud account ${name}, API token ${name}-too`]);
    expect(judge({ checks: results, cleanupErrors, interrupted })).toMatchObject({ verdict: 'incomplete', exitCode: 2 });
    expect((await swept(['--prefix', made.prefix])).out).toContain('2 removed, 0 left');
  });
});
