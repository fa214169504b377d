// Owns frames that tell of an end: of a transfer that fails, and of an account that is deleted (websockets.md).
import type { ReceivedFrame } from '../../src/kit/channel.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, download, isProgressOf } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'channels.notification.after-a-delete',
    {
      title: 'An AppNotification with DELETE follows a deletion',
      controller: 'Channels',
      operations: ['insertCloudAccount', 'deleteCloudAccount'],
      proves: ['WS-APP-001', 'WS-APP-006'],
    },
    async (context) => {
      const { given, expect, deadlines, name } = context;
      const [api, server] = [await given.session(), await given.storage()];
      const channel = await given.channel('notification');
      const { accessKey, secretKey, serviceUrl } = server;
      const body = { name: name('account'), cloudType: 2048, accessKey, secretKey, serviceUrl, shared: false } as const;
      const { id } = await api.ok('insertCloudAccount', { body });
      const origin = name('delete');
      let deleted = false;
      context.cleanUp(`cloud account ${id}`, async () => {
        if (!deleted) await api.forCleanUp().call('deleteCloudAccount', { query: { id } });
      });
      await api.ok('deleteCloudAccount', { query: { id }, headers: { 'x-app-origin': origin } });
      deleted = true;
      const isOurs = ({ message, json }: ReceivedFrame): boolean => message === 'appNotification' && json.Data?.Origin === origin;
      const frame = await channel.waitFor(isOurs, { what: 'an AppNotification follows a DELETE', deadlineMs: deadlines.frameMs });
      expect.equal(frame.json.Data?.HttpMethod, 'DELETE', '`HttpMethod` is DELETE');
    },
  ),
  scenario(
    'channels.notification.failed-transfer',
    {
      title: 'Progress of a transfer that fails ends with Failed',
      controller: 'Channels',
      after: afterDownload,
      operations: ['downloadObject'],
      level: 'SHOULD',
      proves: ['WS-PROGRESS-008'],
    },
    async (context) => {
      const { given, expect, deadlines, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const channel = await given.channel('notification');
      const transferId = await download(context, api, storage, { key: `${name('nothing')}.bin`, folder: await given.folder() });
      const ended = (frame: ReceivedFrame): boolean => isProgressOf(transferId)(frame) && frame.json.Data?.Status !== 'InProgress';
      const frame = await channel.waitFor(ended, { what: 'a last Progress frame tells of the end', deadlineMs: deadlines.transferMs });
      expect.equal(frame.json.Data?.Status, 'Failed', 'the last frame says Failed');
      expect.that(typeof frame.json.Data?.Error === 'string', '`Error` says what went wrong', frame.json.Data?.Error);
    },
  ),
];
