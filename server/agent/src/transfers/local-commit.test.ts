import { link, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChunkAck } from '../providers/provider.ts';
import { chunkOf } from '../providers/testing/provider-tools.ts';
import type { TargetSession } from './endpoint.ts';
import { LocalTarget, partPath } from './local-target.ts';
import { Bench, bytesOf, objectRef, sha256 } from './testing/bench.ts';
import { userSettings } from './testing/user-settings.ts';

const soon = (): AbortSignal => AbortSignal.timeout(1000);
const request = { size: 6, chunkSize: 4 };

describe('a local file that became visible when nobody was left to say so', () => {
  let [folder, path, part] = ['', '', ''];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'click-commit-'));
    path = join(folder, 'file');
    part = partPath(path, 'id');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const target = (): LocalTarget => new LocalTarget({ path, partId: 'id', sync: { bytes: 1, ms: 1000, now: () => 0 } });

  /** Complete and not committed, with what the ledger has of it. */
  async function complete(ifAbsent = false): Promise<{ session: TargetSession; acks: readonly ChunkAck[] }> {
    const session = await target().open({ ...request, ifAbsent }, '');
    await session.write(chunkOf(Buffer.from('abcd')), soon());
    await session.write(chunkOf(Buffer.from('ef'), 4), soon());
    return { session, acks: session.anyOrder!.takeAcks() };
  }

  it('is known again after the rename, and finished without another byte', async () => {
    const { session, acks } = await complete();
    await session.commit(soon());
    const { ino } = await stat(path);
    const again = await target().open(request, session.state, undefined, acks);
    expect([again.offset, again.anyOrder?.holds(0), again.anyOrder?.holds(4)]).toEqual([6, true, true]);
    expect(await again.commit(soon())).toBe('size');
    expect((await stat(path)).ino).toBe(ino);
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('is known again between the link and the removal of its part, and not emptied', async () => {
    const { session, acks } = await complete(true);
    await session.suspend();
    await link(part, path);
    const again = await target().open({ ...request, ifAbsent: true }, session.state, undefined, acks);
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    expect(again.offset).toBe(6);
    await again.commit(soon());
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each([
    ['the ledger has its session', 'part:0'],
    ['the ledger has nothing', ''],
  ])('is never emptied through the name of its part, even when %s', async (_what, saved) => {
    const { session } = await complete(true);
    await session.suspend();
    const elsewhere = join(folder, 'elsewhere');
    await link(part, elsewhere);
    const again = await target().open(request, saved, undefined, []);
    await again.write(chunkOf(Buffer.from('xxxx')), soon());
    await again.suspend();
    expect(await readFile(elsewhere, 'utf8')).toBe('abcdef');
  });

  it('is not taken for ours when it is another file, or was written to since', async () => {
    const { session, acks } = await complete();
    await session.suspend();
    await writeFile(path, 'others');
    const other = await target().open(request, session.state, undefined, acks);
    expect(other).not.toHaveProperty('constructor.name', 'PublishedFile');
    await other.commit(soon());
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    await writeFile(path, 'edited');
    const anew = await target().open(request, session.state, undefined, acks);
    expect(anew.offset).toBe(0);
    await anew.abort(soon());
    expect(await readFile(path, 'utf8')).toBe('edited');
  });

  it('can be finished under another name: what is on the disk is not fetched again', async () => {
    const { session, acks } = await complete(true);
    await writeFile(path, 'mine');
    await expect(session.commit(soon())).rejects.toMatchObject({ kind: 'conflict' });
    await session.suspend();
    const numbered = new LocalTarget({
      path: join(folder, 'file (1)'),
      asked: path,
      partId: 'id',
      sync: { bytes: 1, ms: 1, now: () => 0 },
    });
    const again = await numbered.open({ ...request, ifAbsent: true }, session.state, undefined, acks);
    expect(again.offset).toBe(6);
    await again.commit(soon());
    expect(await readdir(folder)).toEqual(['file', 'file (1)']);
    expect(await readFile(join(folder, 'file (1)'), 'utf8')).toBe('abcdef');
  });

  it('does not become visible when whoever waited for it has given up', async () => {
    const { session } = await complete();
    const given = new AbortController();
    const committing = session.commit(given.signal);
    given.abort(new Error('given up'));
    await expect(committing).rejects.toThrow('file failed');
    expect(await readdir(folder)).toEqual([basename(part)]);
    await session.suspend();
  });

  it('that somebody moved away does not count', async () => {
    const { session, acks } = await complete();
    await session.commit(soon());
    await rename(path, join(folder, 'away'));
    const again = await target().open(request, session.state, undefined, acks);
    expect(again.offset).toBe(0);
    await again.abort(soon());
    expect(await readFile(join(folder, 'away'), 'utf8')).toBe('abcdef');
  });
});

describe('an agent that dies between a download becoming visible and its row', () => {
  it.each([
    ['a file that may be replaced', 0],
    ['a file that KeepBoth has put there', 2],
  ])('goes on with %s as it is: nothing is read again, and nothing put beside it', async (_what, fileExistsAction) => {
    const engine = { policies: userSettings({ fileExistsAction }) };
    const bench = await Bench.open({ engine });
    const bytes = bytesOf(600_000);
    bench.provider.put('a', bytes);
    const died = new Promise<void>((resolve) => {
      bench.ledger.endItems = () => {
        bench.crash();
        resolve();
        throw new Error('The process is dead.');
      };
    });
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'down') } });
    await died;
    const next = await Bench.open({ folder: bench.folder, provider: bench.provider.reborn(), engine });
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(next.provider.bytesRead).toBe(0);
    expect(await next.names()).toEqual(['down']);
    expect(sha256(await readFile(join(next.folder, 'down')))).toBe(sha256(bytes));
    await next.close();
  });
});
