// Owns the story of Fastr settings: one record for a user and a cloud account, of one's own or set by an administrator (fastr_settings.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { Blocked } from '../../src/kit/faults.ts';
import { field, forAccount, recordsOf, type Settings } from '../../src/kit/fastr-settings.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';

const values = {
  MaxUploadBytesPerSecond: 1_000_000,
  MaxDownloadBytesPerSecond: 2_000_000,
  MaxServerToServerBytesPerSecond: 0,
  VerifyChecksum: true,
  FileExistsAction: 0,
  Active: true,
} as const;

/** A cloud account of this check's own that the whole account may use. */
async function cloudAccount({ given, expect, name, cleanUp }: Context, api: Api): Promise<string> {
  const { accessKey, secretKey, serviceUrl } = await given.storage();
  const body = { name: name('account'), cloudType: 2048, accessKey, secretKey, serviceUrl, shared: true } as const;
  const { id } = await api.ok('insertCloudAccount', { body });
  cleanUp(`cloud account ${id}`, () => api.forCleanUp().call('deleteCloudAccount', { query: { id } }));
  return expect.present(id, 'the cloud account has an id');
}

function idOf({ expect, cleanUp }: Context, api: Api, record: unknown): string {
  const id = field(record, 'Id');
  if (typeof id !== 'string') return expect.fail('the saved settings have an id', 'a uuid', id);
  cleanUp(`Fastr settings ${id}`, () => api.forCleanUp().call('deleteFastrSettingsForUser', { query: { id } }));
  return id;
}

const holds = ({ expect }: Context, record: unknown, wanted: Settings, where: string): void => {
  for (const [name, value] of Object.entries(wanted)) expect.equal(field(record, name), value, `${where} has ${name} ${String(value)}`);
};

async function memberId({ given }: Context, api: Api): Promise<string> {
  const { username } = given.memberCredentials();
  const { data } = await api.ok('getAllUsers', { query: { username, pagesize: 100 } });
  const found = data.find((user) => user.username.toLowerCase() === username.toLowerCase());
  if (found === undefined) throw new Blocked(`Get All Users does not list ${username}, whose id is needed`);
  return found.id;
}

export const scenarios = [
  scenario(
    'fastr-settings.own.life-cycle',
    {
      title: 'Settings inserted twice are one record, which is found, listed, changed, deleted and then null',
      controller: 'FastrSettings',
      operations: [
        'insertFastrSettings',
        'getFastrSettingsByCloudAccount',
        'getAllFastrSettings',
        'updateFastrSettings',
        'deleteFastrSettings',
      ],
      proves: [
        'FASTR-LIST-001',
        'FASTR-GET-001',
        'FASTR-GET-002',
        'FASTR-INSERT-001',
        'FASTR-INSERT-002',
        'FASTR-UPDATE-001',
        'FASTR-DELETE-001',
        'FASTR-EFFECT-006',
        ...idsOf('FASTR-FIELD', 1, 12),
      ],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const id = await cloudAccount(context, api);
      const found = async (): Promise<unknown> => await api.ok('getFastrSettingsByCloudAccount', { path: { cloudAccountId: id } });
      expect.equal(await found(), null, 'a cloud account without settings is answered null');
      const saved = await api.ok('insertFastrSettings', { body: { CloudAccountId: id, ...values } });
      const settings = idOf(context, api, saved);
      holds(context, saved, { CloudAccountId: id, ...values }, 'what Insert answers');
      holds(context, await found(), { CloudAccountId: id, ...values }, 'what Get by Cloud Account answers');
      const again = await api.ok('insertFastrSettings', { body: { CloudAccountId: id, ...values, MaxUploadBytesPerSecond: 3_000_000 } });
      holds(context, again, { MaxUploadBytesPerSecond: 3_000_000 }, 'what the second Insert answers');
      const listed = forAccount(recordsOf(await api.ok('getAllFastrSettings')), id);
      expect.equal(listed.length, 1, 'two inserts make one record');
      holds(context, listed[0], { MaxUploadBytesPerSecond: 3_000_000 }, 'the listed record');
      const change = { Id: settings, CloudAccountId: id, ...values, MaxDownloadBytesPerSecond: 5, Active: false };
      const updated = await api.ok('updateFastrSettings', { body: change });
      holds(context, updated, { MaxDownloadBytesPerSecond: 5, Active: false }, 'what Update answers');
      const stored = forAccount(recordsOf(await api.ok('getAllFastrSettings')), id);
      holds(context, stored[0], { MaxDownloadBytesPerSecond: 5, Active: false }, 'the record after the update');
      const { status } = await api.call('deleteFastrSettings', { query: { id: settings } });
      expect.equal(status, 200, 'Delete answers 200');
      expect.equal(await found(), null, 'deleted settings are answered null');
    },
  ),
  scenario(
    'fastr-settings.own.is-the-callers',
    {
      title: 'Insert stores the settings of the caller, whatever user the body names',
      controller: 'FastrSettings',
      operations: ['insertFastrSettings', 'getFastrSettingsByCloudAccount'],
      level: 'SHOULD',
      proves: ['FASTR-INSERT-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const [id, other] = [await cloudAccount(context, api), await memberId(context, api)];
      const saved = await api.ok('insertFastrSettings', { body: { CloudAccountId: id, UserId: other, ...values } });
      idOf(context, api, saved);
      expect.that(field(saved, 'UserId') !== other, 'the saved settings are not those of the user in the body');
      const own = await api.ok('getFastrSettingsByCloudAccount', { path: { cloudAccountId: id } });
      expect.that(own !== null, 'the caller has the settings');
    },
  ),
  scenario(
    'fastr-settings.for-user.life-cycle',
    {
      title: 'An administrator sets, lists, changes and deletes the settings of another user, who has them',
      controller: 'FastrSettings',
      operations: [
        'insertFastrSettingsForUser',
        'getAllFastrSettingsForUser',
        'updateFastrSettingsForUser',
        'deleteFastrSettingsForUser',
        'getFastrSettingsByCloudAccount',
      ],
      proves: ['FASTR-LIST-002', 'FASTR-INSERT-003', 'FASTR-UPDATE-002', 'FASTR-DELETE-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const [id, userId] = [await cloudAccount(context, api), await memberId(context, api)];
      const whose = { CloudAccountId: id, UserId: userId };
      const saved = await api.ok('insertFastrSettingsForUser', { body: { ...whose, ...values } });
      const settings = idOf(context, api, saved);
      holds(context, saved, { ...whose, ...values }, 'what Insert for User answers');
      await api.ok('insertFastrSettingsForUser', { body: { ...whose, ...values, MaxUploadBytesPerSecond: 7 } });
      const listed = forAccount(recordsOf(await api.ok('getAllFastrSettingsForUser', { path: { userId } })), id);
      expect.equal(listed.length, 1, 'two inserts for a user make one record');
      holds(context, listed[0], { ...whose, MaxUploadBytesPerSecond: 7 }, 'the listed record');
      const change = { Id: settings, ...whose, ...values, FileExistsAction: 2 } as const;
      const updated = await api.ok('updateFastrSettingsForUser', { body: change });
      holds(context, updated, { FileExistsAction: 2 }, 'what Update for User answers');
      const path = { cloudAccountId: id };
      const theirs = await member.ok('getFastrSettingsByCloudAccount', { path });
      holds(context, theirs, { ...whose, FileExistsAction: 2 }, 'what the user finds');
      const { status } = await api.call('deleteFastrSettingsForUser', { query: { id: settings } });
      expect.equal(status, 200, 'Delete for User answers 200');
      expect.equal(await member.ok('getFastrSettingsByCloudAccount', { path }), null, 'the user has no settings any more');
    },
  ),
  scenario(
    'fastr-settings.for-user.refused-to-a-member',
    {
      title: 'A user who is no administrator neither sees nor changes settings by the operations of administrators',
      controller: 'FastrSettings',
      operations: ['insertFastrSettingsForUser', 'getAllFastrSettingsForUser', 'updateFastrSettingsForUser', 'deleteFastrSettingsForUser'],
      statuses: [200, 499],
      proves: idsOf('FASTR-ADMIN', 1, 4),
    },
    async (context) => {
      const { given, expect, should } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const [id, userId] = [await cloudAccount(context, api), await memberId(context, api)];
      const whose = { CloudAccountId: id, UserId: userId };
      const settings = idOf(context, api, await api.ok('insertFastrSettingsForUser', { body: { ...whose, ...values } }));
      const attempts = {
        'Get All for User': await member.call('getAllFastrSettingsForUser', { path: { userId } }),
        'Insert for User': await member.call('insertFastrSettingsForUser', { body: { ...whose, ...values, MaxUploadBytesPerSecond: 7 } }),
        'Update for User': await member.call('updateFastrSettingsForUser', { body: { Id: settings, ...whose, ...values, Active: false } }),
        'Delete for User': await member.call('deleteFastrSettingsForUser', { query: { id: settings } }),
      };
      for (const [title, { status }] of Object.entries(attempts)) {
        expect.that(status >= 400, `${title} is refused to a user who is no administrator`, status);
        should.equal(status, 499, `${title} refuses with 499`);
      }
      const listed = forAccount(recordsOf(await api.ok('getAllFastrSettingsForUser', { path: { userId } })), id);
      expect.equal(listed.length, 1, 'the record is still there');
      holds(context, listed[0], values, 'the record that a member wanted to change');
    },
  ),
];
