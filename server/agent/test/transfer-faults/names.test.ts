// Whole-agent tests of names at their limits: the longest keys, Unicode in both forms, names that differ in case only, characters of URLs.
import { beforeAll, describe, expect, it } from 'vitest';
import { ObjectType } from '@click-kit/contract';
import { forGroup } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { s3Server, type TestS3Server } from '../s3-server.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const lifetime = forGroup();
let stage: FaultStage;
let s3: TestS3Server;
let s3Account: string;

beforeAll(async () => {
  stage = await faultStage(lifetime);
  s3 = await s3Server([bucket], lifetime);
  s3Account = await stage.accountAt(s3.url, s3.account);
});

/** Of 1,024 bytes in UTF-8, in segments that a file system takes. */
const longest = `${'s'.repeat(200)}/`.repeat(5).concat('l'.repeat(15), '.é.');
const composed = 'caf\u00e9.bin';
const decomposed = 'cafe\u0301.bin';

const names: readonly (readonly [string, string])[] = [
  ['of 1,024 bytes', longest],
  ['in composed Unicode', composed],
  ['in decomposed Unicode', decomposed],
  ['beyond the basic plane', '\u{1f4e6} \u6771\u4eac.bin'],
  ['with the characters of URLs', 'a+b c%20d#e?f=g&h;i=j.bin'],
  ['with quotes and brackets', `it's "quoted" (1) [2] {3}.bin`],
  ['with dots at odd places', '.hidden..name...bin'],
];

it('the longest key has 1,024 bytes', () => {
  expect(Buffer.byteLength(longest)).toBe(1024);
});

describe.each(names)('a key %s', (_what, key) => {
  it('goes from LocalHttp to S3 and back, with every byte and under the same name', async () => {
    const bytes = Buffer.from(`the content of ${key}`);
    await stage.server.put(bucket, key, bytes);
    const at = { url: stage.server.url, account: stage.account };
    await stage.run('Completed', () => stage.copy({ ...at, path: key }, { url: s3.url, path: key, account: s3Account }));
    const back = `b/${key}`.slice(0, 1024 - (Buffer.byteLength(key) - key.length));
    await stage.run('Completed', () => stage.copy({ url: s3.url, path: key, account: s3Account }, { ...at, path: back }));
    expect(sha256(await stage.server.get(bucket, back))).toBe(sha256(bytes));
    expect(await stage.server.list(bucket)).toContain(back);
  });
});

describe('names that are one to some file systems', () => {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['in case only', 'Clash.bin', 'clash.bin'],
    ['in the form of Unicode only', composed, decomposed],
  ];

  it.each(pairs)('that differ %s stay two objects, and two files where the disk can tell them', async (what, one, other) => {
    const folder = `pair-${what.replaceAll(' ', '-')}`;
    const contents = { [one]: Buffer.alloc(70 * KiB, 1), [other]: Buffer.alloc(80 * KiB, 2) };
    for (const [name, bytes] of Object.entries(contents)) await stage.server.put(bucket, `${folder}/${name}`, bytes);
    await stage.files.write(`probe/${one}`, 1);
    const told = await stage.files.read(`probe/${other}`).then(
      () => false,
      () => true,
    );
    const end = told ? 'Completed' : 'Failed';
    await stage.run(end, () => stage.download(stage.account, folder, folder, ObjectType.Directory));
    const arrived = await stage.files.list(`${folder}/${folder}`);
    if (told) expect(arrived).toEqual([one, other].sort());
    for (const name of arrived) expect(sha256(await stage.files.read(`${folder}/${folder}/${name}`))).toBe(sha256(contents[name]));
    await stage.expectNoDebris();
  });
});

describe('a name that no file may have', () => {
  it('because it is too long fails that object alone, and says how many', async () => {
    const long = 'x'.repeat(300);
    for (const name of [long, 'short.bin']) await stage.server.put(bucket, `too-long/${name}`, 'some bytes');
    const message = await stage.run('Failed', () => stage.download(stage.account, 'too-long', 'down', ObjectType.Directory));
    expect(message).toMatch(/too long/);
    expect(await stage.files.list('down')).toEqual(['too-long/short.bin']);
    await stage.expectNoDebris();
  });
});
