// Whole-agent tests of transfers from cloud to cloud: one object, folders, what is refused, the list and the cancel.
import { randomBytes } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressOf, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';
import { s3Server, type TestS3Server } from './s3-server.ts';

type Transfer = Schema<'Transfer'>;
type Request = Schema<'TransferRequest'>;

const KiB = 1024;
const size = 600 * KiB + 11;
const lifetime = forGroup();
let running: TestAgent;
let click: SignedIn;
let first: TestObjectServer;
let second: TestObjectServer;
let s3: TestS3Server;
let accounts: { first: string; second: string; s3: string };

beforeAll(async () => {
  running = await agent({ chunkBytes: 64 * KiB }, lifetime);
  click = await running.signIn();
  first = await objectServer(['bucket-a'], lifetime);
  second = await objectServer(['bucket-b'], lifetime);
  s3 = await s3Server(['bucket-a'], lifetime);
  accounts = {
    first: await insertAccount(click, first.url),
    second: await insertAccount(click, second.url, { cloudType: 4096 }),
    s3: await insertAccount(click, s3.url, s3.account),
  };
});

const places = (sourcePath: string, destinationPath: string): Request => ({
  sourceCloudAccountId: accounts.first,
  sourceBucket: 'bucket-a',
  sourcePath,
  destinationCloudAccountId: accounts.second,
  destinationBucket: 'bucket-b',
  destinationPath,
});
const start = (body: Request, as: SignedIn = click) => as.POST('/transfer/transfer', { body });
const list = (query: object = {}, as: SignedIn = click) => bodyOf(as.GET('/transfer/get_all', { params: { query } }));
const cancel = (id: string, as: SignedIn = click) => as.POST('/transfer/cancel_transfer', { body: { id } });

/** No id comes back, so the record is found by its destination, which no two transfers of these tests share. */
async function recordOf({ destinationPath }: Request): Promise<Transfer> {
  const { data } = await list({ pagesize: 1000 });
  const found = data.find((transfer) => transfer.destinationPath === destinationPath);
  if (found === undefined) throw new Error(`no transfer to ${destinationPath}`);
  return found;
}

/** The record once the transfer has ended. */
async function ended(body: Request): Promise<Transfer> {
  const notifications = await recordNotifications(running.url);
  expect((await start(body)).response.status).toBe(200);
  const { id } = await recordOf(body);
  const over = ['Completed', 'Failed', 'Canceled'];
  if ((await recordOf(body)).endDate === null)
    await notifications.waitFor(
      (frame) => frame.Type === 1 && frame.Data.TransferId === id && over.includes(frame.Data.Status),
      `end of ${id}`,
    );
  return await recordOf(body);
}

describe('a cloud-to-cloud transfer', () => {
  it('of one object is queued without a body, keeps its name, and is told on the channel and in the history', async () => {
    const bytes = randomBytes(size);
    await first.put('bucket-a', 'from/told.bin', bytes);
    const notifications = await recordNotifications(running.url);
    const body = {
      ...places('/from/told.bin', 'one/told'),
      sourceBucketId: '',
      sourceId: '',
      destinationBucketId: 'any',
      destinationId: '',
    };
    const call = await start(body);
    expect([call.response.status, call.data]).toEqual([200, undefined]);
    await notifications.waitFor((frame) => frame.Type === 1 && frame.Data.Name === 'told.bin' && frame.Data.Status === 'Completed', 'end');

    expect(sha256(await second.get('bucket-b', 'one/told/told.bin'))).toBe(sha256(bytes));
    expect(sha256(await first.get('bucket-a', 'from/told.bin'))).toBe(sha256(bytes));
    const record = await recordOf({ ...body, destinationPath: 'one/told/' });
    const shown = await bodyOf(click.GET('/cloud/accounts'));
    const account = (id: string) => shown.find((one) => one.id === id);
    expect(record).toEqual({
      id: expect.any(String),
      type: 1,
      sourceCloudAccountId: accounts.first,
      sourceBucket: 'bucket-a',
      sourcePath: 'from/told.bin',
      sourceRegion: account(accounts.first)?.region,
      destinationCloudAccountId: accounts.second,
      destinationBucket: 'bucket-b',
      destinationPath: 'one/told/',
      destinationRegion: account(accounts.second)?.region,
      transferStatus: 4,
      total: 1,
      transferred: 1,
      failed: 0,
      skipped: 0,
      deleted: 0,
      totalSize: size,
      transferredSize: size,
      totalSizeString: '600.0 KB',
      transferredSizeString: '600.0 KB',
      percent: 100,
      averageSpeed: expect.any(Number),
      transferredCost: 0,
      requestDate: expect.stringMatching(/Z$/),
      startDate: expect.stringMatching(/Z$/),
      endDate: expect.stringMatching(/Z$/),
      sourceCloudAccount: account(accounts.first),
      destinationCloudAccount: account(accounts.second),
    });
    expect(record.sourceCloudAccount?.secretKey).toMatch(/^\*{8}/);
    expect(progressOf(notifications, record.id).at(-1)).toMatchObject({
      TransferMode: 'Upload',
      StorageType: 'FastrServer',
      StorageName: 'bucket-b',
      Bytes: size,
      Size: size,
    });
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { status: 4 } } }));
    expect(data.filter(({ name }) => name === 'told.bin')).toEqual([
      expect.objectContaining({
        origin: 1,
        direction: 1,
        sourceCloudAccountId: accounts.first,
        sourcePath: 'from/told.bin',
        destinationCloudAccountId: accounts.second,
        destinationPath: 'one/told/',
        totalObjects: 1,
        transferredObjects: 1,
        transferredSize: size,
      }),
    ]);
  });

  it('goes to S3 and to the top of a bucket', async () => {
    const bytes = randomBytes(11 * 1024 * KiB);
    await first.put('bucket-a', 'from/top.bin', bytes);
    await ended({ ...places('from/top.bin', ''), destinationCloudAccountId: accounts.s3, destinationBucket: 'bucket-a' });
    await ended({ ...places('top.bin', 'back/'), sourceCloudAccountId: accounts.s3 });
    expect(sha256(await second.get('bucket-b', 'back/top.bin'))).toBe(sha256(bytes));
  });

  it('of a folder keeps its tree when it is told to', async () => {
    const files = { 'tree/a.txt': 'a', 'tree/deep/er/b.txt': 'bb', 'tree/deep/c.txt': 'ccc', 'tree-beside/x.txt': 'x' };
    for (const [key, text] of Object.entries(files)) await first.put('bucket-a', key, text);
    const record = await ended({ ...places('tree/', 'kept/'), keepSourceTree: true });
    expect(record).toMatchObject({
      transferStatus: 4,
      total: 3,
      transferred: 3,
      failed: 0,
      totalSize: 6,
      transferredSize: 6,
      percent: 100,
    });
    const there = (await second.list('bucket-b')).filter((key) => key.startsWith('kept/'));
    expect(there.sort()).toEqual(['kept/a.txt', 'kept/deep/c.txt', 'kept/deep/er/b.txt']);
    expect(String(await second.get('bucket-b', 'kept/deep/er/b.txt'))).toBe('bb');
  });

  it('of a folder puts the objects side by side otherwise', async () => {
    await first.put('bucket-a', 'flat/a.txt', 'a');
    await first.put('bucket-a', 'flat/deep/b.txt', 'b');
    expect(await ended(places('flat/', 'side/'))).toMatchObject({ transferStatus: 4, total: 2, transferred: 2 });
    const there = (await second.list('bucket-b')).filter((key) => key.startsWith('side/'));
    expect(there.sort()).toEqual(['side/a.txt', 'side/b.txt']);
  });

  it('that flattens two objects of one name copies the first and counts the other as failed', async () => {
    await first.put('bucket-a', 'twice/one/same.txt', 'first');
    await first.put('bucket-a', 'twice/two/same.txt', 'second');
    expect(await ended(places('twice/', 'once/'))).toMatchObject({ transferStatus: 16, total: 2, transferred: 1, failed: 1 });
    expect(String(await second.get('bucket-b', 'once/same.txt'))).toBe('first');
  });

  it('skips what is there already and not older, when it may', async () => {
    await first.put('bucket-a', 'skip/a.txt', 'old');
    await ended({ ...places('skip/', 'skipped/'), keepSourceTree: true });
    await second.put('bucket-b', 'skipped/a.txt', 'newer');
    await first.put('bucket-a', 'skip/b.txt', 'b');
    const body = { ...places('skip/', 'skipped/'), keepSourceTree: true, allowSkip: true };
    const notifications = await recordNotifications(running.url);
    await start(body);
    await notifications.waitFor((frame) => frame.Type === 1 && frame.Data.Name === 'skip' && frame.Data.Status === 'Completed', 'end');
    const { data } = await list({ pagesize: 1 });
    expect(data[0]).toMatchObject({ destinationPath: 'skipped/', transferStatus: 4, total: 2, transferred: 1, skipped: 1 });
    expect(String(await second.get('bucket-b', 'skipped/a.txt'))).toBe('newer');
    expect(String(await second.get('bucket-b', 'skipped/b.txt'))).toBe('b');
  });

  it('of an object that is not there ends as Error', async () => {
    expect(await ended(places('from/nothing.bin', 'nothing/'))).toMatchObject({ transferStatus: 16, transferred: 0, percent: 0 });
  });
});

describe('cancelling a cloud-to-cloud transfer', () => {
  it('ends a running one with nothing at the destination, and is refused from then on', async () => {
    const target = await objectServer(['bucket-b']);
    const passage = await gate(target.url, 'to-server', 256 * KiB);
    const destinationCloudAccountId = await insertAccount(click, passage.url);
    await first.put('bucket-a', 'from/running.bin', randomBytes(size));
    const body = { ...places('from/running.bin', 'cancelled/'), destinationCloudAccountId };
    const notifications = await recordNotifications(running.url);
    await start(body);
    await passage.holding();
    const before = await recordOf(body);
    expect(before).toMatchObject({ transferStatus: 2, endDate: null, total: 1, transferred: 0, totalSize: size });
    expect(before.percent).toBeLessThan(100);

    expect((await cancel(before.id.toUpperCase())).response.status).toBe(200);
    await notifications.waitFor(
      (frame) => frame.Type === 1 && frame.Data.TransferId === before.id && frame.Data.Status === 'Canceled',
      'end',
    );
    expect(await recordOf(body)).toMatchObject({ transferStatus: 8, endDate: expect.stringMatching(/Z$/) });
    expect(await refusalOf(cancel(before.id))).toMatchObject({
      status: 499,
      code: 'TRANSFER',
      message: expect.stringContaining('Canceled'),
    });
    passage.release();
    await expect.poll(() => target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await target.list('bucket-b')).toEqual([]);
  });

  it('is refused for a completed one, for an unknown id, and for a transfer of another kind or account', async () => {
    await first.put('bucket-a', 'from/done.bin', 'done');
    const { id } = await ended(places('from/done.bin', 'done/'));
    expect(await refusalOf(cancel(id))).toMatchObject({ status: 499, code: 'TRANSFER', message: expect.stringContaining('Completed') });
    const { transferId } = await bodyOf(
      click.POST('/cloud/server_transfer/initiate', {
        body: {
          sourceServerUrl: first.url,
          sourceBucket: 'bucket-a',
          sourcePath: 'from/done.bin',
          sourceAccountId: accounts.first,
          targetServerUrl: second.url,
          targetBucket: 'bucket-b',
          targetPath: 'done/server.bin',
          targetAccountId: accounts.second,
        },
      }),
    );
    for (const unknown of ['00000000-0000-4000-8000-000000000000', transferId])
      expect(await refusalOf(cancel(unknown))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    const stranger = await running.signIn('owner@example.org');
    expect(await refusalOf(cancel(id, stranger))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await list({}, stranger)).toMatchObject({ data: [], total: 0 });
  });
});

describe('a cloud-to-cloud transfer is refused', () => {
  it('when one of the six places is missing or of a wrong type', async () => {
    for (const field of Object.keys(places('', '')) as (keyof Request)[]) {
      const { [field]: _left, ...without } = places('a', 'b/');
      for (const body of [without, { ...without, [field]: 1 }, { ...without, [field]: null }] as Request[])
        expect(await refusalOf(start(body)), JSON.stringify(body)).toMatchObject({ status: 499, code: 'DEFAULT' });
    }
  });

  it('when a cloud account is unknown, or another user has it for himself', async () => {
    const creative = await running.signIn('editor@example.com');
    for (const side of ['sourceCloudAccountId', 'destinationCloudAccountId'] as const) {
      const body = { ...places('a', 'b/'), [side]: '00000000-0000-4000-8000-000000000000' };
      expect(await refusalOf(start(body))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    }
    expect(await refusalOf(start(places('a', 'b/'), creative))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('when a path climbs', async () => {
    for (const path of ['../a', 'a/../b', 'a/.', './a', '/../a/'])
      for (const body of [places(path, 'x/'), places('x', path)])
        expect(await refusalOf(start(body)), path).toMatchObject({
          status: 499,
          code: 'DEFAULT',
          message: expect.stringContaining('segment'),
        });
  });

  it('when it would copy something onto or into itself', async () => {
    const within = (sourcePath: string, destinationPath: string): Request => ({
      ...places(sourcePath, destinationPath),
      destinationCloudAccountId: accounts.first.toUpperCase(),
      destinationBucket: 'bucket-a',
    });
    const overlaps = [within('a/b.bin', 'a'), within('b.bin', ''), within('a/', 'a/'), within('a/', '/a/deeper'), within('', 'anywhere/')];
    for (const body of overlaps) expect(await refusalOf(start(body)), JSON.stringify(body)).toMatchObject({ status: 499, code: 'DEFAULT' });
    await first.put('bucket-a', 'up/here/x.txt', 'x');
    expect(await ended({ ...within('up/here/', 'up/there/'), keepSourceTree: true })).toMatchObject({ transferStatus: 4, total: 1 });
  });

  it('when a standard user asks for it, but not a creative one, and both see the list without what they may not see', async () => {
    const [standard, creative] = [await running.signIn('user@example.com'), await running.signIn('editor@example.com')];
    await first.put('bucket-a', 'from/role.bin', 'role');
    expect(await refusalOf(start(places('from/role.bin', 'role/'), standard))).toMatchObject({ status: 499, code: 'ACCESS' });
    const shared = await objectServer(['bucket-a']);
    await shared.put('bucket-a', 'shared.bin', 'x');
    const id = await insertAccount(click, shared.url, { shared: true });
    const body = {
      ...places('shared.bin', 'again/'),
      sourceCloudAccountId: id,
      destinationCloudAccountId: id,
      destinationBucket: 'bucket-a',
    };
    const notifications = await recordNotifications(running.url);
    expect((await start(body, creative)).response.status).toBe(200);
    await notifications.waitFor(
      (frame) => frame.Type === 1 && frame.Data.Name === 'shared.bin' && frame.Data.Status === 'Completed',
      'end',
    );
    const { data } = await list({ pagesize: 1000 }, standard);
    expect(data.find(({ destinationPath }) => destinationPath === 'again/')?.sourceCloudAccount).toMatchObject({ id, shared: true });
    const hidden = data.find(({ sourceCloudAccountId }) => sourceCloudAccountId === accounts.first);
    expect(hidden).toMatchObject({ sourceCloudAccount: null, sourceRegion: null });
  });
});

describe('the list of cloud-to-cloud transfers', () => {
  it('is paged, sorted and filtered, and refuses what it does not know', async () => {
    await first.put('bucket-a', 'list/x.bin', 'x');
    for (const n of [1, 2, 3]) await ended(places('list/x.bin', `list-${n}/`));
    const all = await list({ pagesize: 1000, sortfield: 'DestinationPath', descending: false });
    const paths = all.data.map(({ destinationPath }) => destinationPath);
    expect(paths).toEqual(paths.toSorted());
    expect(all).toMatchObject({ total: all.data.length, options: { page: 1, pageSize: 1000 } });
    const second = await list({ pagesize: 1, page: 2, sortfield: 'DestinationPath', descending: false });
    expect(second).toEqual({ data: [all.data[1]], total: all.total, options: { page: 2, pageSize: 1 } });
    const newest = await list();
    const dates = newest.data.map(({ requestDate }) => requestDate);
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(newest.data[0]?.destinationPath).toBe('list-3/');
    expect((await list({ type: 0 })).total).toBe(all.total);
    expect((await list({ type: 1 })).total).toBe(all.total);
    expect(await list({ type: 14 })).toMatchObject({ data: [], total: 0 });
    const wrong = [{ sortfield: 'Nothing' }, { sortfield: 'requestDate' }, { page: 0 }, { pagesize: 1001 }, { type: -1 }];
    for (const query of wrong)
      expect(await refusalOf(click.GET('/transfer/get_all', { params: { query } })), JSON.stringify(query)).toMatchObject({
        status: 499,
        code: 'DEFAULT',
      });
  });
});
