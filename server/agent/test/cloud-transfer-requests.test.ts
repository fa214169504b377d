// Whole-agent tests of what may be asked for as a transfer from cloud to cloud, by whom, and how the list of them is asked for.
import { beforeAll, describe, expect, it } from 'vitest';
import { cloudAccount as insertAccount } from './agent.ts';
import { refusalOf } from './answers.ts';
import { type CloudCopies, cloudCopies, type CopyRequest } from './cloud-copies.ts';
import { recordNotifications } from './frames.ts';
import { forGroup } from './lifetime.ts';
import { objectServer } from './object-server.ts';

const lifetime = forGroup();
let running: CloudCopies['running'];
let click: CloudCopies['click'];
let first: CloudCopies['first'];
let accounts: CloudCopies['accounts'];
let places: CloudCopies['places'];
let start: CloudCopies['start'];
let list: CloudCopies['list'];
let ended: CloudCopies['ended'];

beforeAll(async () => {
  ({ running, click, first, accounts, places, start, list, ended } = await cloudCopies(lifetime));
});

describe('a cloud-to-cloud transfer is refused', () => {
  it('when one of the six places is missing or of a wrong type', async () => {
    for (const field of Object.keys(places('', '')) as (keyof CopyRequest)[]) {
      const { [field]: _left, ...without } = places('a', 'b/');
      for (const body of [without, { ...without, [field]: 1 }, { ...without, [field]: null }] as CopyRequest[])
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
    const within = (sourcePath: string, destinationPath: string): CopyRequest => ({
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
