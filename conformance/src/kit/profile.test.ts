import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseTarget } from '../commands/target-options.ts';
import { readRunOptions } from '../commands/run-options.ts';
import { loadContract } from './contract.ts';
import { readProfile } from './profile.ts';

const contract = loadContract();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-profile-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function profile(text: string): Promise<string> {
  const path = join(folder, 'target.yaml');
  await writeFile(path, text);
  return path;
}

const whole = `url: http://localhost:4000
credentials:
  usernameEnv: QA_USER
  passwordEnv: QA_PASSWORD
  totpSecretEnv: QA_TOTP
  userType: 16
clouds: [LocalHttp, 4096]
operations: [getAgentStatus, "*CloudAccount*"]
allow: [destructive]
reports: out
timeoutMs: 5000
`;
const env = { QA_USER: 'anna', QA_PASSWORD: 'word of anna', QA_TOTP: 'JBSWY3DPEHPK3PXP' };

describe('a profile', () => {
  it('says what the target is, what it offers and what is allowed', async () => {
    const options = await readRunOptions(['--profile', await profile(whole)], { env, cwd: folder }, contract);
    expect(options).toMatchObject({
      allow: ['destructive'],
      timeoutMs: 5000,
      target: {
        url: 'http://localhost:4000',
        clouds: [2048, 4096],
        credentials: { username: 'anna', password: 'word of anna', type: 16, totpSecret: 'JBSWY3DPEHPK3PXP' },
      },
    });
    expect(options.target.offered).toContain('insertCloudAccount');
    expect(options.target.offered).not.toContain('uploadObject');
    expect(options.reportDirectory('run')).toBe(join(folder, 'out'));
  });

  it('gives way to flags', async () => {
    const args = ['--profile', await profile(whole), '--target', 'http://localhost:5000', '--timeout', '7', '--report-dir', 'other'];
    const options = await readRunOptions([...args, '--username', 'ben', '--password', 'word of ben'], { env: {}, cwd: folder }, contract);
    expect(options).toMatchObject({ timeoutMs: 7, target: { url: 'http://localhost:5000', credentials: { username: 'ben', type: 16 } } });
    expect(options.reportDirectory('run')).toBe(join(folder, 'other'));
  });

  it('that names a variable which is not set is a usage error naming it', async () => {
    const path = await profile(whole);
    await expect(chooseTarget({ profile: path }, { env: { QA_USER: 'anna' }, cwd: folder }, contract)).rejects.toMatchObject({
      name: 'UsageError',
      message: 'the profile takes the password from the environment variable QA_PASSWORD, which is not set',
    });
  });

  it.each([
    ['url: [', /target\.yaml:1: not YAML/],
    ['url: nowhere', /target\.yaml:1: `url` takes an http or https URL without a path/],
    ['url: http://a\nspeed: 3', /target\.yaml:2: `speed` is no field of a profile here; the fields are url, credentials/],
    ['url: http://a\ntimeoutMs: fast', /target\.yaml:2: `timeoutMs` has to be integer: takes a whole number of milliseconds/],
    ['allow: [everything]', /target\.yaml:1: `allow\.0` is one of destructive/],
    ['clouds:\n  - LocalHttp\n  - Nimbus', /target\.yaml:3: Nimbus is no cloud type; there are AWS, /],
    ['operations:\n  - uploadobject', /target\.yaml:2: the contract has no operation uploadobject; did you mean uploadObject\?/],
    ['credentials: {usernameEnv: A}', /target\.yaml:1: `credentials` lacks `passwordEnv`/],
    ['- a', /target\.yaml:1: the profile has to be object/],
    ['', /target\.yaml:1: the profile has to be object/],
  ])('that is broken is a usage error with file, line and field: %j', async (text, complaint) => {
    await expect(readProfile(await profile(text), contract)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(complaint) as unknown,
    });
  });

  it('that holds a secret itself is refused, without repeating it', async () => {
    for (const text of [
      'credentials:\n  usernameEnv: QA_USER\n  passwordEnv: canary-secret',
      'credentials:\n  usernameEnv: QA_USER\n  passwordEnv: QA_PASSWORD\n  password: canary-secret',
    ]) {
      const error: unknown = await readProfile(await profile(text), contract).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: 'UsageError' });
      expect(String(error)).not.toContain('canary-secret');
    }
  });

  it('that cannot be read is a usage error', async () => {
    await expect(readProfile(folder, contract)).rejects.toMatchObject({ name: 'UsageError' });
  });
});

describe('options that contradict each other', () => {
  it.each([
    [['--spawn', '--type', '16'], '--spawn brings its own target and users: leave out --type'],
    [['--dry-run', '--bail'], '--dry-run runs nothing that --bail could stop'],
    [['--allow', 'everything'], '--allow takes destructive, not everything'],
    [['--target', 'http://user:canary-word@host'], '--target takes no user and no password'],
    [['--target', 'http://host/api'], '--target takes a URL without a path, such as http://host'],
  ])('are a usage error: %j', async (args, complaint) => {
    const error: unknown = await readRunOptions(args, { env: {}, cwd: folder }, contract).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(String(error)).toContain(complaint);
    expect(String(error)).not.toContain('canary-word');
  });

  it('are a usage error, also when one of them stands in the profile', async () => {
    const args = ['--spawn', '--profile', await profile(whole)];
    await expect(readRunOptions(args, { env, cwd: folder }, contract)).rejects.toThrow('the profile names others');
  });
});
