// Owns the rules of both channels: who may listen, what a plain GET gets, and which calls are told (websockets.md).
import type { ChannelListener } from '../../src/kit/channel.ts';
import type { Context } from '../../src/kit/check.ts';
import type { ReceivedFrame } from '../../src/kit/channel.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';

const noticeWith =
  (origin: string) =>
  ({ message, json }: ReceivedFrame): boolean =>
    message === 'appNotification' && json.Data?.Origin === origin;

/** A call that is no GET and changes nothing: its notice marks how far the channel has got. */
async function marker({ given, deadlines, name }: Context, channel: ChannelListener): Promise<ReceivedFrame> {
  const origin = name('marker');
  const { account } = await given.storage();
  const session = await given.session();
  await session.ok('listBuckets', { body: account, headers: { 'x-app-origin': origin } });
  return await channel.waitFor(noticeWith(origin), { what: 'an AppNotification follows the call', deadlineMs: deadlines.frameMs });
}

export const scenarios = [
  ...(['notification', 'stateChange'] as const).flatMap((channel) => [
    scenario(
      `channels.${channel.toLowerCase()}.no-token`,
      {
        title: `The channel ${channel} opens without a token and closes cleanly`,
        controller: 'Channels',
        operations: [],
        proves: ['WS-OPEN-001', channel === 'notification' ? 'WS-OPEN-003' : 'WS-OPEN-004'],
      },
      async ({ given, expect }) => {
        const listener = await given.channel(channel);
        expect.that(true, 'the upgrade is accepted without a token');
        expect.equal(await listener.close(), 1000, 'a close with 1000 is answered with 1000');
      },
    ),
    scenario(
      `channels.${channel.toLowerCase()}.plain-get`,
      { title: `A plain GET on the channel ${channel} is answered 400`, controller: 'Channels', operations: [], proves: ['WS-OPEN-002'] },
      async ({ contract, request, expect, targetUrl }) => {
        const { address } = expect.present(
          contract.channels.find(({ name }) => name === channel),
          'the contract has the channel',
        );
        const { status } = await request({ method: 'GET', url: new URL(address, targetUrl).href });
        expect.equal(status, 400, 'a request that is no upgrade is answered 400');
      },
    ),
  ]),
  scenario(
    'channels.notification.after-a-call',
    {
      title: 'An AppNotification follows every call that is no GET, with method, address and origin',
      controller: 'Channels',
      operations: ['listBuckets', 'manageSharedCloudAccount'],
      statuses: [200, 499],
      proves: ['WS-APP-001', 'WS-APP-002', 'WS-APP-004', 'WS-APP-006', 'WS-FRAME-005', ...idsOf('WS-FIELD', 15, 18)],
    },
    async (context) => {
      const { given, expect, should, deadlines, name } = context;
      const session = await given.session();
      const { account } = await given.storage();
      const channel = await given.channel('notification');
      const post = await marker(context, channel);
      expect.equal(post.json.Data?.HttpMethod, 'POST', '`HttpMethod` is the method of the call');
      expect.that(
        String(post.json.Data?.EndpointAddress).includes('/cloud/list_buckets'),
        '`EndpointAddress` is the address of the call',
        post.json.Data?.EndpointAddress,
      );
      should.that(!JSON.stringify(post.json).includes(session.token ?? '-'), 'the frame does not show the token');
      const origin = name('put');
      await session.ok('manageSharedCloudAccount', { body: { ...account, shared: false }, headers: { 'x-app-origin': origin } });
      const put = await channel.waitFor(noticeWith(origin), { what: 'an AppNotification follows a PUT', deadlineMs: deadlines.frameMs });
      expect.equal(put.json.Data?.HttpMethod, 'PUT', '`HttpMethod` is PUT');
    },
  ),
  scenario(
    'channels.notification.without-origin',
    {
      title: 'Without X-App-Origin the origin of an AppNotification is empty',
      controller: 'Channels',
      operations: ['listBuckets'],
      level: 'SHOULD',
      proves: ['WS-APP-005'],
    },
    async (context) => {
      const { given, expect, deadlines } = context;
      const session = await given.session();
      const { account } = await given.storage();
      const channel = await given.channel('notification');
      await session.ok('listBuckets', { body: account });
      const isOurs = ({ message, json }: ReceivedFrame): boolean =>
        message === 'appNotification' && String(json.Data?.EndpointAddress).includes('/cloud/list_buckets');
      const frame = await channel.waitFor(isOurs, { what: 'an AppNotification follows the call', deadlineMs: deadlines.frameMs });
      expect.equal(frame.json.Data?.Origin, '', '`Origin` is empty');
    },
  ),
  scenario(
    'channels.notification.not-after-a-get',
    {
      title: 'No AppNotification follows a GET',
      controller: 'Channels',
      operations: ['getCloudAccounts', 'listBuckets'],
      proves: ['WS-APP-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const session = await given.session();
      const channel = await given.channel('notification');
      const origin = name('get');
      await session.ok('getCloudAccounts', { headers: { 'x-app-origin': origin } });
      // Frames come in order: once the notice of a later call is there, one for the GET would be there, too.
      await marker(context, channel);
      expect.that(!channel.frames.some(noticeWith(origin)), 'there is no AppNotification for the GET');
    },
  ),
];
