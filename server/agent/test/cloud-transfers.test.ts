// Whole-agent tests of transfers from cloud to cloud: one object, folders, what is skipped, and the cancel.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloudAccount as insertAccount } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { type CloudCopies, cloudCopies, KiB } from './cloud-copies.ts';
import { progressOf, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { objectServer } from './object-server.ts';

const size = 600 * KiB + 11;

const lifetime = forGroup();
let running: CloudCopies['running'];
let click: CloudCopies['click'];
let first: CloudCopies['first'];
let second: CloudCopies['second'];
let accounts: CloudCopies['accounts'];
let places: CloudCopies['places'];
let start: CloudCopies['start'];
let list: CloudCopies['list'];
let cancel: CloudCopies['cancel'];
let recordOf: CloudCopies['recordOf'];
let ended: CloudCopies['ended'];

beforeAll(async () => {
  ({ running, click, first, second, accounts, places, start, list, cancel, recordOf, ended } = await cloudCopies(lifetime));
});

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
