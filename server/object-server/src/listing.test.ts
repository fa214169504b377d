import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { keyToPath, toBinary } from './key-path.ts';
import { listPage, type ListPage } from './listing.ts';
import { newMetadata, writeFooter } from './object-file.ts';

async function bucketOf(keys: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'listing-'));
  for (const key of keys) {
    const path = join(root, ...keyToPath(key));
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'w');
    await writeFooter(handle, 0, newMetadata(undefined, 1));
    await handle.close();
  }
  return root;
}

interface Shown {
  objects: string[];
  prefixes: string[];
}

/** The rules of the protocol applied to a sorted array: what the walk over the tree has to agree with. */
function naive(keys: string[], prefix: string, delimiter: string): Shown {
  const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).filter((key) => key.startsWith(prefix));
  const cut = (key: string): number => (delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length));
  const prefixes = sorted.filter((key) => cut(key) !== -1).map((key) => key.slice(0, cut(key) + delimiter.length));
  return { objects: sorted.filter((key) => cut(key) === -1), prefixes: [...new Set(prefixes)] };
}

async function allPages(root: string, prefix: string, delimiter: string, maxKeys: number): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  let continuationToken = '';
  do {
    const page = await listPage(root, { prefix, delimiter, maxKeys, continuationToken });
    pages.push(page);
    continuationToken = page.continuationToken;
  } while (continuationToken !== '');
  return pages;
}

function joined(pages: ListPage[]): Shown {
  return { objects: pages.flatMap((page) => page.objects.map(({ key }) => key)), prefixes: pages.flatMap((page) => page.commonPrefixes) };
}

const piece = fc.constantFrom('a', 'b', 'A', '/', '/', '-', '.', '0', 'é', '\u{1f600}', 'x'.repeat(79), 'x'.repeat(80), '~');
const text = (maxLength: number): fc.Arbitrary<string> => fc.array(piece, { minLength: 1, maxLength }).map((pieces) => pieces.join(''));

describe('listing', () => {
  test('agrees with a sorted list for any keys, prefix, delimiter and page size', { timeout: 60_000 }, async () => {
    const input = fc.record({
      keys: fc.uniqueArray(text(6), { maxLength: 25 }),
      prefix: fc.oneof(fc.constant(''), text(2)),
      delimiter: fc.constantFrom('', '/', '-', 'a/'),
      maxKeys: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ keys, prefix, delimiter, maxKeys }) => {
        const root = await bucketOf(keys);
        try {
          const pages = await allPages(root, prefix, delimiter, maxKeys);
          expect(joined(pages)).toEqual(naive(keys, prefix, delimiter));
          for (const page of pages.slice(0, -1)) expect(page.objects.length + page.commonPrefixes.length).toBe(maxKeys);
        } finally {
          await rm(root, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
  });

  test('keeps the order of bytes around the slash and around long segments', async () => {
    const long = 'x'.repeat(80);
    const keys = ['a', 'a-b', 'a/b', 'a0', long, `${long}-1`, `${long}/1`, `${long}01`, '\ud83d\ude00', '\uffee'];
    const root = await bucketOf(keys);
    onTestFinished(() => rm(root, { recursive: true }));
    const { objects } = joined(await allPages(root, '', '', 3));
    expect(objects).toEqual(naive(keys, '', '').objects);
    expect(objects.slice(0, 4)).toEqual(['a', 'a-b', 'a/b', 'a0']);
    expect(objects.map(toBinary)).toEqual(objects.map(toBinary).toSorted());
  });

  test('pages through a directory with more entries than one batch', async () => {
    const keys = Array.from({ length: 450 }, (_, index) => `flat/${String(index * 7919).padStart(8, '0')}`);
    const root = await bucketOf(keys);
    onTestFinished(() => rm(root, { recursive: true }));
    const pages = await allPages(root, 'flat/', '/', 40);
    expect(pages).toHaveLength(12);
    expect(joined(pages).objects).toEqual(keys.toSorted());
  });

  test('refuses a token that it did not make', async () => {
    const root = await bucketOf([]);
    onTestFinished(() => rm(root, { recursive: true }));
    for (const continuationToken of ['=', 'a', '****', 'x'.repeat(5000)]) {
      await expect(listPage(root, { prefix: '', delimiter: '', maxKeys: 1, continuationToken })).rejects.toThrow('token');
    }
  });
});
