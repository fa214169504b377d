// Owns the story of a cloud-to-cloud transfer that is cancelled (transfer.md, Cancel Transfer).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { afterCopy, arrived, copyState, isProgressAbout, startCopy, states } from '../../src/kit/cloud-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { severalChunks, stored, throttledBothWays } from '../../src/kit/transfers.ts';

interface Running {
  readonly api: Api;
  readonly storage: Storage;
  readonly id: string;
  readonly destinationPath: string;
  readonly key: string;
}

/** A transfer that is under way, and slow. Its id is taken from the channel: neither page lists it among the fields of a record. */
async function running(context: Context): Promise<Running> {
  const { given, expect, name, deadlines } = context;
  const [api, storage, channel] = [await given.session(), await given.storage(throttledBothWays), await given.channel('notification')];
  const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(severalChunks));
  const destinationPath = `${name('to')}/`;
  await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
  const isOurs = isProgressAbout(sourcePath);
  const frame = await channel.waitFor((one) => isOurs(one) && Number(one.json.Data?.Bytes) > 0, {
    what: 'a Progress frame tells of bytes that were copied',
    deadlineMs: deadlines.transferMs,
  });
  const { TransferId: id } = frame.json.Data ?? {};
  if (typeof id !== 'string') return expect.fail('the frame has a TransferId', 'a string', id);
  return { api, storage, id, destinationPath, key: destinationPath + sourcePath };
}

export const scenarios = [
  scenario(
    'transfer.cancel.running',
    {
      title: 'A running transfer can be cancelled, and the destination never shows the object',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'cancelTransfer'],
      proves: ['TRANSFER-CANCEL-001', 'TRANSFER-CANCEL-002'],
    },
    async (context) => {
      const { expect, should, deadlines, given } = context;
      const channel = await given.channel('notification');
      const { api, storage, id, key } = await running(context);
      expect.equal((await api.call('cancelTransfer', { body: { id } })).status, 200, 'Cancel Transfer answers 200');
      await channel.waitFor(
        ({ message, json }) => message === 'progress' && json.Data?.TransferId === id && json.Data?.Status === 'Canceled',
        {
          what: 'a Progress frame says Canceled',
          deadlineMs: deadlines.transferMs,
        },
      );
      storage.throttle?.release();
      should.equal(await storage.objects.list(storage.target, key), [], 'the destination shows nothing of it');
    },
  ),
  scenario(
    'transfer.cancel.ended',
    {
      title: 'A cancelled transfer has the state Canceled, and cannot be cancelled again',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'cancelTransfer', 'getAllTransfers'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['TRANSFER-CANCEL-003', 'TRANSFER-CANCEL-005'],
    },
    async (context) => {
      const { expect } = context;
      const { api, id, destinationPath } = await running(context);
      await api.call('cancelTransfer', { body: { id } });
      const record = await copyState(context, api, destinationPath, [states.canceled]);
      expect.equal(String(record.id).toLowerCase(), id.toLowerCase(), 'the record has the id that the channel has told');
      expect.equal((await api.call('cancelTransfer', { body: { id } })).status, 499, 'a second Cancel Transfer is answered 499');
    },
  ),
  scenario(
    'transfer.cancel.completed',
    {
      title: 'A completed transfer cannot be cancelled, and the object stays',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'cancelTransfer', 'getAllTransfers'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['TRANSFER-CANCEL-003'],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const [bytes, destinationPath] = [given.bytes(30), `${name('to')}/`];
      const sourcePath = await stored(storage, `${name('from')}.bin`, bytes);
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
      const { id } = await copyState(context, api, destinationPath, [states.completed]);
      const { status, headers } = await api.call('cancelTransfer', { body: { id: String(id) } });
      expect.equal(status, 499, 'Cancel Transfer answers 499');
      info.equal(headers['error-code'], 'TRANSFER', 'the error code is TRANSFER');
      await arrived(context, storage, destinationPath + sourcePath, bytes);
    },
  ),
];
