import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLocalFile, checkLocalFolder } from './local-check.ts';
import { chunkOf } from '../providers/testing/provider-tools.ts';
import { LocalTarget, partPath } from './local-target.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-local-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Root may do everything, so as root the checks run as nobody. */
async function unprivileged(check: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    await check();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

const sync = { bytes: 1, ms: 1000, now: () => 0 };
const target = (path: string): LocalTarget => new LocalTarget({ path, partId: 'id', sync });
const request = (size: number) => ({ size, chunkSize: 4 });

describe('a local target', () => {
  it('shows nothing under its name before the commit, and then everything', async () => {
    const path = join(folder, 'new', 'file');
    const session = await target(path).open(request(6), '');
    await session.write(chunkOf(Buffer.from('ef'), 4), AbortSignal.timeout(1000));
    expect(session.offset).toBe(0);
    await session.write(chunkOf(Buffer.from('abcd')), AbortSignal.timeout(1000));
    expect(session.offset).toBe(6);
    expect(await readdir(join(folder, 'new'))).toEqual(['.file.id.part']);
    await session.commit(AbortSignal.timeout(1000));
    expect(await readdir(join(folder, 'new'))).toEqual(['file']);
    expect(await readFile(path, 'utf8')).toBe('abcdef');
  });

  it('holds of the recorded chunks only those that the file has, with the bytes that were recorded', async () => {
    const path = join(folder, 'file');
    const acks = ['abcd', 'efgh', 'ij'].map((text, n) => ({ length: text.length, ...chunkOf(Buffer.from(text), n * 4), proof: '' }));
    for (const [saved, content, expected] of [
      ['part', 'abcdefghij', [true, true, true]],
      ['part', 'abcdefgh', [true, true, false]],
      ['part', 'abcdXfghij', [true, false, true]],
      ['', 'abcdefghij', [false, false, false]],
    ] as const) {
      await writeFile(partPath(path, 'id'), content);
      const session = await target(path).open(request(10), saved, undefined, saved === '' ? [] : acks);
      expect([0, 4, 8].map((offset) => session.anyOrder?.holds(offset))).toEqual(expected);
      await session.suspend();
    }
  });

  it('tells of a chunk only when it is on the disk', async () => {
    const slow = new LocalTarget({ path: join(folder, 'file'), partId: 'id', sync: { bytes: 8, ms: 1000, now: () => 0 } });
    const session = await slow.open(request(10), '');
    const write = (text: string, at: number): Promise<void> => session.write(chunkOf(Buffer.from(text), at), AbortSignal.timeout(1000));
    const told = (): number[] => (session.anyOrder?.takeAcks() ?? []).map(({ offset }) => offset);
    await write('efgh', 4);
    expect(told()).toEqual([]);
    await write('abcd', 0);
    expect(told()).toEqual([4, 0]);
    await write('ij', 8);
    await session.suspend();
    expect(told()).toEqual([8]);
  });

  it('keeps a file that appears meanwhile when it must not be replaced', async () => {
    const path = join(folder, 'file');
    const session = await target(path).open({ ...request(1), ifAbsent: true }, '');
    await session.write(chunkOf(Buffer.from('x')), AbortSignal.timeout(1000));
    await writeFile(path, 'mine');
    await expect(session.commit(AbortSignal.timeout(1000))).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readFile(path, 'utf8')).toBe('mine');
    await session.abort(AbortSignal.timeout(1000));
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('refuses at once what the disk has no room for', async () => {
    await expect(target(join(folder, 'file')).open(request(Number.MAX_SAFE_INTEGER), '')).rejects.toMatchObject({ kind: 'full' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses to commit before the last byte, and abort removes the part file', async () => {
    const session = await target(join(folder, 'file')).open(request(6), '');
    await session.write(chunkOf(Buffer.from('abc')), AbortSignal.timeout(1000));
    await expect(session.commit(AbortSignal.timeout(1000))).rejects.toThrow('file failed');
    await session.abort(AbortSignal.timeout(1000));
    await session.abort(AbortSignal.timeout(1000));
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes through no link in the place of its part file, and over none in the place of the file', async () => {
    const path = join(folder, 'file');
    await writeFile(join(folder, 'victim'), 'victim');
    await symlink(join(folder, 'victim'), partPath(path, 'id'));
    await expect(target(path).open(request(1), '')).rejects.toThrow(/file/);
    await rm(partPath(path, 'id'));
    await symlink(join(folder, 'victim'), path);
    const session = await target(path).open(request(1), '');
    await session.write(chunkOf(Buffer.from('x')), AbortSignal.timeout(1000));
    await session.commit(AbortSignal.timeout(1000));
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('victim');
  });

  it('keeps the name of its part file within what a file system takes', () => {
    const name = 'ä'.repeat(120);
    expect(Buffer.byteLength(partPath(join('/x', name), '0'.repeat(36)).slice(3))).toBeLessThan(255);
  });
});

describe('the checks before a transfer', () => {
  it('accept a readable file and tell its size', async () => {
    await writeFile(join(folder, 'file'), 'abc');
    expect(await checkLocalFile(join(folder, 'file'))).toEqual({ size: 3 });
  });

  it.each([
    ['file/below', 'invalid'],
    ['nothing', 'missing'],
    ['.', 'invalid'],
    ['nul\0', 'invalid'],
  ])('refuse the source %j as %s', async (name, kind) => {
    await writeFile(join(folder, 'file'), 'abc');
    await expect(checkLocalFile(`${folder}/${name}`)).rejects.toMatchObject({ name: 'LocalFileError', kind });
  });

  it('refuse a relative path', async () => {
    await expect(checkLocalFile('file')).rejects.toMatchObject({ kind: 'invalid' });
    await expect(checkLocalFolder('folder')).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('accept a folder that exists or can be created, and create nothing', async () => {
    await checkLocalFolder(folder);
    await checkLocalFolder(join(folder, 'a', 'b'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuse a folder below a file', async () => {
    await writeFile(join(folder, 'file'), 'abc');
    await expect(checkLocalFolder(join(folder, 'file'))).rejects.toMatchObject({ kind: 'invalid' });
    await expect(checkLocalFolder(join(folder, 'file', 'x'))).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('refuse what has no permission', async () => {
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'closed'), { mode: 0o500 });
    await writeFile(join(folder, 'file'), 'abc');
    await chmod(join(folder, 'file'), 0o000);
    await unprivileged(async () => {
      await expect(checkLocalFile(join(folder, 'file'))).rejects.toMatchObject({ kind: 'denied' });
      await expect(checkLocalFolder(join(folder, 'closed', 'x'))).rejects.toMatchObject({ kind: 'denied' });
    });
  });
});
