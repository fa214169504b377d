import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { LocalFileError, localFileError } from './errors.ts';
import { Bench, bytesOf, prefixRef } from './testing/bench.ts';
import { type Call, FakeProvider, type Fault } from './testing/fake-provider.ts';

let bench: Bench;
afterEach(() => bench.close());

async function open(settings = {}): Promise<void> {
  bench = await Bench.open({ provider: new FakeProvider({ whole: true }), settings: { objectsAtOnce: 1, ...settings } });
}

const down: Fault = { type: 'fail', error: new ProviderError('unavailable', 'The store is down.') };
const copy = (): string => {
  const target = { ...prefixRef('to'), cloudAccountId: 'other' };
  return bench.start({ source: prefixRef('from'), target }, 'server');
};
const put = (count: number): void => {
  for (let n = 0; n < count; n += 1) bench.provider.put(`from/${String(n).padStart(3, '0')}`, bytesOf(10));
};
const puts = (): number => bench.provider.calls.filter(({ name }) => name === 'put').length;
const refuse = (which: (call: Call) => boolean): void => {
  bench.provider.fault = (call) => (call.name === 'put' && which(call) ? down : undefined);
};

describe('a folder in which some objects give trouble', () => {
  it('goes on after objects for which the store always answers that it is down, and counts them', async () => {
    await open();
    put(12);
    refuse(({ key }) => ['to/002', 'to/003', 'to/007'].includes(key));
    const id = copy();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.history).toMatchObject([{ totalObjects: 12, transferredObjects: 9, failedObjects: 3 }]);
    expect(bench.engine.get(id)?.errorMessage).toBe('3 of 12 objects could not be transferred; the first: The store is down.');
  });

  it('ends when as many in a row fail as the setting says, and the rest costs no attempt', async () => {
    await open({ failuresInRow: 4 });
    put(100);
    refuse(({ key }) => key >= 'to/010');
    const id = copy();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The store is down.');
    expect(bench.history).toMatchObject([{ totalObjects: 100, transferredObjects: 10, failedObjects: 4 }]);
    expect(puts()).toBe(10 + 4 * 6);
  });

  it('ends soon too when many are moved at once', async () => {
    await open({ objectsAtOnce: 8 });
    put(100);
    refuse(() => true);
    expect(await bench.finish(copy())).toBe('failed');
    expect(puts()).toBeLessThanOrEqual(8 * 6);
    expect(bench.history[0]?.failedObjects).toBeGreaterThanOrEqual(3);
  });

  it('ends at the first object that finds the disk full', async () => {
    await open();
    put(5);
    let reads = 0;
    bench.provider.fault = ({ name }) =>
      name === 'read' && (reads += 1) === 2 ? { type: 'fail', error: new LocalFileError('full', 'No room.') as never } : undefined;
    const id = copy();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('No room.');
    expect(bench.history).toMatchObject([{ transferredObjects: 1 }]);
  });

  it('goes on after a file that the disk cannot read, and ends when it can read none', async () => {
    await open();
    put(12);
    let from = '';
    bench.provider.fault = ({ name, key }) =>
      name === 'read' && (key === 'from/001' || (from !== '' && key >= from))
        ? { type: 'fail', error: localFileError(Object.assign(new Error('i/o error'), { code: 'EIO' }), '/disk/file') as never }
        : undefined;
    expect(await bench.finish(copy())).toBe('failed');
    expect(bench.history).toMatchObject([{ transferredObjects: 11, failedObjects: 1 }]);
    from = 'from/004';
    const id = copy();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('/disk/file failed (EIO).');
  });
});

describe('an error of the file system', () => {
  it.each([
    ['EINVAL', 'invalid', /does not take/],
    ['EILSEQ', 'invalid', /does not take/],
    ['EFBIG', 'invalid', /larger than/],
    ['ELOOP', 'invalid', /links/],
    ['EBUSY', 'io', /in use/],
    ['ETXTBSY', 'io', /in use/],
    ['EIO', 'io', /failed \(EIO\)/],
  ])('%s is %s, in words that a person understands', (code, kind, text) => {
    const error = localFileError(Object.assign(new Error('x'), { code }), '/a');
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(text);
  });
});

describe('an upload of a folder', () => {
  const upload = (): string => bench.start({ source: { type: 'folder', path: join(bench.folder, 'up') }, target: prefixRef('to') });

  // Root reads everything.
  it.skipIf(process.getuid?.() === 0)('counts a subfolder that cannot be read, with the reason, and moves the others', async () => {
    await open();
    for (const name of ['up/a', 'up/b', 'up/c']) await mkdir(join(bench.folder, name), { recursive: true });
    for (const name of ['up/a/1', 'up/b/2', 'up/c/3']) await writeFile(join(bench.folder, name), name);
    await chmod(join(bench.folder, 'up/b'), 0);
    const id = upload();
    expect(await bench.finish(id)).toBe('failed');
    await chmod(join(bench.folder, 'up/b'), 0o700);
    expect([...bench.provider.objects.keys()].toSorted()).toEqual(['to/a/1', 'to/c/3']);
    expect(bench.history).toMatchObject([{ totalObjects: 3, transferredObjects: 2, failedObjects: 1 }]);
    expect(bench.engine.get(id)?.errorMessage).toMatch(/up\/b cannot be accessed: permission denied/);
  });

  it('counts a subfolder whose path is too long, with the reason, and moves the others', async () => {
    await open();
    const root = join(bench.folder, 'up');
    await mkdir(root);
    await writeFile(join(root, 'good'), 'good');
    await deep(root);
    const id = upload();
    expect(await bench.finish(id)).toBe('failed');
    // Node's own removal wants whole paths.
    spawnSync('rm', ['-rf', root]);
    expect([...bench.provider.objects.keys()]).toEqual(['to/good']);
    expect(bench.history).toMatchObject([{ totalObjects: 2, transferredObjects: 1, failedObjects: 1 }]);
    expect(bench.engine.get(id)?.errorMessage).toMatch(/too long/);
  });

  it('fails as a whole when the folder itself cannot be read', async () => {
    await open();
    const id = upload();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toMatch(/up does not exist/);
  });
});

/** A chain of folders that is longer than a path may be (4,096 bytes), made by moving the shorter chain into a new folder. */
async function deep(root: string): Promise<void> {
  const name = 'd'.repeat(200);
  await mkdir(join(root, name));
  for (let n = 0; n < 25; n += 1) {
    await mkdir(join(root, 'x'));
    await rename(join(root, name), join(root, 'x', name));
    await rename(join(root, 'x'), join(root, name));
  }
}
