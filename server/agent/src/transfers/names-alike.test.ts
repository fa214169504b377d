import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CloudType } from '@click-kit/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { boxBucket, boxProvider } from '../providers/box.ts';
import { dropboxProvider } from '../providers/dropbox.ts';
import { oneDriveProvider } from '../providers/onedrive.ts';
import type { Provider } from '../providers/provider.ts';
import { boxServer } from '../providers/testing/box-server.ts';
import { dropboxServer } from '../providers/testing/dropbox-server.ts';
import { oneDriveServer } from '../providers/testing/onedrive-server.ts';
import { get } from '../providers/testing/provider-tools.ts';
import { fold, probeFolder } from './name-folding.ts';
import { Bench, bytesOf, prefixRef } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const reason = /Another object of this transfer, ".*", has the same name to the target/;

async function open(provider: FakeProvider, settings = {}): Promise<Bench> {
  const bench = await Bench.open({ provider, settings });
  closing.push(() => bench.close());
  return bench;
}

describe('a target that does not tell names apart by case', () => {
  it('keeps the first object of each name, and the others fail with the reason', async () => {
    const bench = await open(new FakeProvider({ whole: true, foldsCase: true }), { listPageSize: 2 });
    const first = bytesOf(10);
    bench.provider.foldsNow = false;
    bench.provider.put('from/A/One', first);
    for (const key of ['from/A/one', 'from/a/ONE', 'from/B', 'from/b2', 'from/Ä', 'from/ä']) bench.provider.put(key, bytesOf(20));
    bench.provider.foldsNow = true;
    const id = bench.start({ source: prefixRef('from'), target: { ...prefixRef('to'), cloudAccountId: 'other' } }, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.history).toMatchObject([{ totalObjects: 7, transferredObjects: 4, failedObjects: 3 }]);
    expect([...bench.provider.objects.keys()].filter((key) => key.startsWith('to/'))).toEqual(['to/A/One', 'to/B', 'to/b2', 'to/Ä']);
    expect(bench.provider.objects.get('to/A/One')?.equals(first)).toBe(true);
    expect(bench.engine.get(id)?.errorMessage).toMatch(reason);
  });

  it('is asked of objects that are put side by side, too', async () => {
    const bench = await open(new FakeProvider({ whole: true, foldsCase: true }));
    bench.provider.foldsNow = false;
    for (const key of ['from/x/a', 'from/y/A']) bench.provider.put(key, bytesOf(20));
    bench.provider.foldsNow = true;
    const plan = { source: prefixRef('from'), target: { ...prefixRef('to'), cloudAccountId: 'other' }, keepSourceTree: false };
    const id = bench.start(plan as never, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.history).toMatchObject([{ transferredObjects: 1, failedObjects: 1 }]);
  });

  it('and another that does tell them apart gets both', async () => {
    const bench = await open(new FakeProvider({ whole: true }));
    for (const key of ['from/a', 'from/A']) bench.provider.put(key, bytesOf(20));
    const id = bench.start({ source: prefixRef('from'), target: { ...prefixRef('to'), cloudAccountId: 'other' } }, 'server');
    expect(await bench.finish(id)).toBe('completed');
  });
});

const account = { region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
type Store = readonly [string, string, () => Promise<{ readonly provider: Provider; readonly close: () => unknown }>];
const stores: readonly Store[] = [
  [
    'Dropbox',
    'Dropbox',
    async () => {
      const server = await dropboxServer();
      const provider = dropboxProvider({ ...account, cloudType: CloudType.Dropbox, tokens: server.tokens });
      return { provider, close: () => server[Symbol.asyncDispose]() };
    },
  ],
  [
    'OneDrive',
    'OneDrive',
    async () => {
      const server = await oneDriveServer();
      const provider = oneDriveProvider({ ...account, cloudType: CloudType.OneDrive, tokens: server.tokens });
      return { provider, close: () => server[Symbol.asyncDispose]() };
    },
  ],
  [
    'Box',
    boxBucket,
    async () => {
      const server = await boxServer({});
      const provider = boxProvider({ ...account, cloudType: CloudType.Box, tokens: server.tokens() });
      return { provider, close: () => server[Symbol.asyncDispose]() };
    },
  ],
];

it.each(stores)(
  'an upload of a folder to %s keeps the first of two names that differ in case, and counts the other',
  async (_name, bucket, make) => {
    const { provider, close } = await make();
    closing.push(close);
    const bench = await Bench.open({ engine: { endpoints: { resolve: () => Promise.resolve(provider) } } });
    closing.push(() => bench.close());
    await mkdir(join(bench.folder, 'up'));
    const contents: Record<string, string> = { 'Photo.jpg': 'the one', 'photo.JPG': 'the other', 'plain.txt': 'plain' };
    for (const [name, text] of Object.entries(contents)) await writeFile(join(bench.folder, 'up', name), text);
    const id = bench.start({ source: { type: 'folder', path: join(bench.folder, 'up') }, target: { ...prefixRef('to'), bucket } });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.history).toMatchObject([{ totalObjects: 3, transferredObjects: 2, failedObjects: 1 }]);
    const message = bench.engine.get(id)?.errorMessage ?? '';
    expect(message).toMatch(reason);
    // The order of a local folder is that of its disk: whichever came first has stayed.
    const [, kept = ''] = /transfer, "([^"]*)",/.exec(message) ?? [];
    expect((await get({ provider, bucket }, `to/${kept}`)).toString()).toBe(contents[kept]);
  },
);

describe('a local folder', () => {
  it('is tried with a name in two spellings, and nothing of that stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'click-probe-'));
    closing.push(() => rm(folder, { recursive: true }));
    const told = { case: false, form: false };
    if (process.platform === 'linux') expect(await probeFolder(folder, 'id')).toEqual(told);
    const folding = (change: (name: string) => string) => async (path: string) =>
      (await readdir(dirname(path))).some((name) => change(name) === change(basename(path)));
    expect(
      await probeFolder(
        folder,
        'id',
        folding((name) => name.toLowerCase()),
      ),
    ).toEqual({ case: true, form: false });
    expect(
      await probeFolder(
        folder,
        'id',
        folding((name) => name.normalize('NFC')),
      ),
    ).toEqual({ case: false, form: true });
    expect(await readdir(folder)).toEqual([]);
  });

  it('that cannot be tried is taken to tell all names apart: the objects themselves will fail', async () => {
    const bench = await open(new FakeProvider());
    const file = await bench.file('no-folder', Buffer.from('x'));
    expect(await probeFolder(join(file, 'below'), 'id')).toEqual({ case: false, form: false });
  });
});

describe('names alike', () => {
  it.each([
    ['A', 'a', true],
    ['ÄÖ', 'äö', true],
    ['ΑΣ', 'ας', false],
    ['ß', 'ss', false],
    ['é', 'e\u0301', false],
    ['k', '\u212a', true],
  ])('%s and %s to a target that folds case: %s', (one, other, alike) => {
    const folding = { case: true, form: false };
    expect(fold(one, folding) === fold(other, folding)).toBe(alike);
  });

  it('in another form of Unicode are one where the target folds that', () => {
    expect(fold('caf\u00e9', { case: false, form: true })).toBe(fold('cafe\u0301', { case: false, form: true }));
    expect(fold('caf\u00e9', { case: false, form: true })).not.toBe(fold('Caf\u00e9', { case: false, form: true }));
  });
});
