// Owns the story of the log setting of an account, and what its destination hears (accountlogsetting.md).
import type { Api, BodyOf } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { withoutLogSetting } from '../../src/kit/log-setting.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';

/** How long events may take once there is a connection for them. */
const patienceMs = 2000;

type Setting = Readonly<Record<string, unknown>>;

async function setUp(context: Context, api: Api, body: NonNullable<BodyOf<'setupAccountLogSetting'>>): Promise<Setting> {
  await withoutLogSetting(context, api);
  return (await api.ok('setupAccountLogSetting', { body })) as Setting;
}

export const scenarios = [
  scenario(
    'account-log-setting.life-cycle',
    {
      title: 'A log setting is set up, read, changed and deleted',
      controller: 'AccountLogSetting',
      operations: ['setupAccountLogSetting', 'getAccountLogSetting', 'updateAccountLogSetting', 'deleteAccountLogSetting'],
      proves: [...idsOf('LOG-SETTING', 1, 4), ...idsOf('LOG-FIELD', 1, 6)],
    },
    async (context) => {
      const { given, expect, info, prefix } = context;
      const api = await given.session();
      const secret = 'kit-ingest-token-1618';
      // Switched off and at an address that leads nowhere: nothing of the account leaves it.
      const wanted = { serverAddress: `${prefix}.example.com`, servicePort: '8088', active: false, provider: 1 } as const;
      const made = await setUp(context, api, { token: secret, ...wanted });
      for (const [name, value] of Object.entries(wanted)) expect.equal(made[name], value, `the new setting has the ${name} that was sent`);
      const read = (await api.ok('getAccountLogSetting')) as Setting;
      for (const [name, value] of Object.entries(wanted)) expect.equal(read[name], value, `Get answers the ${name} that was sent`);
      expect.present(read.id, 'Get answers an id');
      expect.present(read.token, 'Get answers a token');
      info.that(read.token !== secret, 'the ingest token is not answered in clear');
      const change = { ...read, servicePort: '8089' } as BodyOf<'updateAccountLogSetting'>;
      const updated = (await api.ok('updateAccountLogSetting', { body: change })) as Setting;
      expect.equal(updated.servicePort, '8089', 'Update answers the new port');
      const stored = (await api.ok('getAccountLogSetting')) as Setting;
      expect.equal([stored.servicePort, stored.serverAddress], ['8089', wanted.serverAddress], 'the update is stored');
      const { status } = await api.call('deleteAccountLogSetting');
      expect.equal(status, 200, 'Delete answers 200');
      const gone = await api.call('getAccountLogSetting');
      expect.that(gone.status !== 200 || gone.body === null || gone.size === 0, 'there is no setting any more', gone.body);
      info.equal(gone.status, 499, 'without a setting Get answers 499');
    },
  ),
  scenario(
    'account-log-setting.second-setup',
    {
      title: 'An account that has a log setting is refused a second one',
      controller: 'AccountLogSetting',
      operations: ['setupAccountLogSetting'],
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, prefix } = context;
      const api = await given.session();
      const body = { token: 'kit-ingest-token', serverAddress: `${prefix}.example.com`, servicePort: '8088', active: false } as const;
      await setUp(context, api, body);
      const { status, headers } = await api.call('setupAccountLogSetting', { body });
      expect.equal([status, headers['error-code']], [499, 'DUPLICATE'], 'a second setup is a duplicate');
    },
  ),
  scenario(
    'account-log-setting.delivery',
    {
      title: 'The destination of an active setting hears of a call',
      controller: 'AccountLogSetting',
      operations: ['setupAccountLogSetting', 'deleteFastrSettings'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['LOG-DELIVERY-001'],
    },
    async (context) => {
      const { given, info, eventually } = context;
      const [api, collector] = [await given.session(), await given.logCollector()];
      const token = 'kit-ingest-token-2718';
      await setUp(context, api, { token, serverAddress: '127.0.0.1', servicePort: String(collector.port), active: true, provider: 1 });
      // A call that changes nothing, and that any log of an account would hold.
      await api.call('deleteFastrSettings', { query: { id: '11111111-2222-4333-8444-555555555555' } });
      const contacted = await eventually({
        rule: 'the destination is contacted',
        read: async () => collector.contactedAt(),
        fits: (time) => time !== undefined,
      });
      // Its first event need not be this call, and an agent that insists on TLS never gets to say one.
      const told = (): boolean => collector.requests.some(({ body }) => body.includes('deleteFastrSettings'));
      const patience = (contacted ?? 0) + patienceMs;
      await eventually({ rule: 'the call is told', read: async () => told(), fits: (is) => is || performance.now() > patience });
      info.that(told(), 'the event names the operation');
      // How it is spoken to is this contract's choice: Splunk's HTTP Event Collector.
      const [request] = collector.requests;
      info.equal(request?.path, '/services/collector/event', 'events are posted to the event collector');
      info.equal(request?.authorization, `Splunk ${token}`, 'the ingest token is presented');
      info.that(!collector.requests.some(({ body }) => body.includes(token)), 'no event holds the token');
    },
  ),
];
