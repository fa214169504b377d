// Whole-agent tests of Fastr settings: over HTTP, with the contract watching.
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';

const lifetime = forGroup();
let running: TestAgent;
let [admin, user]: SignedIn[] = [];
let cloudAccount: string;
let userId: string;

beforeAll(async () => {
  running = await agent({}, lifetime);
  [admin, user] = [await running.signIn(), await running.signIn('user@example.com')];
  const [shared] = await bodyOf(admin!.GET('/cloud/accounts'));
  cloudAccount = shared!.id;
  const people = await bodyOf(admin!.GET('/user/get_all_users'));
  userId = people.data.find(({ username }) => username === 'user@example.com')!.id;
}, 60_000);

const byCloudAccount = (click: SignedIn) =>
  click.GET('/fastrsettings/get_by_cloud_account/{cloudAccountId}', { params: { path: { cloudAccountId: cloudAccount } } });

describe('Fastr settings', () => {
  it('are null at first, one record however often they are inserted, and null again once deleted', async () => {
    const click = admin!;
    expect((await byCloudAccount(click)).data).toBeNull();
    const first = await bodyOf(click.POST('/fastrsettings/insert', { body: { CloudAccountId: cloudAccount } }));
    expect(first).toMatchObject({
      MaxUploadBytesPerSecond: 0,
      MaxDownloadBytesPerSecond: 0,
      MaxServerToServerBytesPerSecond: 0,
      VerifyChecksum: true,
      FileExistsAction: 0,
      Active: true,
    });
    const second = await bodyOf(
      click.POST('/fastrsettings/insert', { body: { CloudAccountId: cloudAccount, MaxUploadBytesPerSecond: 2 ** 53 - 1 } }),
    );
    expect(second).toEqual({ ...first, MaxUploadBytesPerSecond: 2 ** 53 - 1 });
    expect(await bodyOf(click.GET('/fastrsettings/get_all'))).toEqual({ data: [second], total: 1 });
    const third = await bodyOf(click.PUT('/fastrsettings/update', { body: { ...second, Active: false } }));
    expect((await byCloudAccount(click)).data).toEqual(third);
    expect((await click.DELETE('/fastrsettings/delete', { params: { query: { id: third.Id } } })).response.status).toBe(200);
    expect((await byCloudAccount(click)).data).toBeNull();
  });

  it('of another user are for an administrator', async () => {
    const body = { CloudAccountId: cloudAccount, UserId: userId, MaxDownloadBytesPerSecond: 1000 };
    expect(await refusalOf(user!.POST('/fastrsettings/insert_for_user', { body }))).toMatchObject({ status: 499, code: 'ACCESS' });
    const made = await bodyOf(admin!.POST('/fastrsettings/insert_for_user', { body }));
    expect((await byCloudAccount(user!)).data).toEqual(made);
    const params = { path: { userId } };
    expect(await bodyOf(admin!.GET('/fastrsettings/get_all/{userId}', { params }))).toEqual({ data: [made], total: 1 });
    const changed = await bodyOf(admin!.PUT('/fastrsettings/update_for_user', { body: { Id: made.Id, FileExistsAction: 2 } }));
    expect(changed).toEqual({ ...made, FileExistsAction: 2 });
    expect((await admin!.DELETE('/fastrsettings/delete_for_user', { params: { query: { id: made.Id } } })).response.status).toBe(200);
  });

  it.each([
    { MaxUploadBytesPerSecond: -1 },
    { MaxUploadBytesPerSecond: 2 ** 53 },
    { MaxUploadBytesPerSecond: 1.5 },
    { MaxUploadBytesPerSecond: null },
    { FileExistsAction: 3 },
    { VerifyChecksum: 'yes' },
    { CloudAccountId: 'none' },
    { CloudAccountId: null },
  ])('refuse %j', async (wrong) => {
    const body = { CloudAccountId: cloudAccount, ...wrong } as { CloudAccountId: string };
    expect(await refusalOf(admin!.POST('/fastrsettings/insert', { body }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });
});
