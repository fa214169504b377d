// Owns the story of one object that is copied from cloud to cloud (transfer.md, Transfer).
import {
  afterCopy,
  arrived,
  copyBody,
  copyState,
  isAbout,
  isProgressAbout,
  newestTransfers,
  startCopy,
  states,
} from '../../src/kit/cloud-transfers.ts';
import { NotApplicable } from '../../src/kit/faults.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { checkProgress, MiB, severalChunks, stored, throttledBothWays } from '../../src/kit/transfers.ts';

const size = 9 * MiB + 4;

export const scenarios = [
  scenario(
    'transfer.copy.small-object',
    {
      title: 'A transfer of one object puts it under the destination path, byte for byte',
      controller: 'Transfer',
      operations: ['startTransfer'],
      proves: ['TRANSFER-COPY-001', 'TRANSFER-COPY-008'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const bytes = given.bytes(100);
      const sourcePath = await stored(storage, `${name('from')}.bin`, bytes);
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath: `${name('to')}/` });
      await arrived(context, storage, `${name('to')}/${sourcePath}`, bytes);
      expect.that(await storage.objects.has(storage.source, sourcePath), 'the source still holds it');
    },
  ),
  scenario(
    'transfer.copy.bytes-arrive',
    {
      title: 'A transfer of a large object ends as Completed, and its record tells what was copied',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'SHOULD',
      proves: [
        'TRANSFER-RECORD-001',
        'TRANSFER-RECORD-002',
        'TRANSFER-RECORD-003',
        'TRANSFER-RECORD-004',
        'TRANSFER-RECORD-005',
        ...idsOf('TRANSFER-FIELD', 1, 27),
      ],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const bytes = given.bytes(size);
      const [folder, destinationPath] = [name('from'), `${name('to')}/`];
      const sourcePath = await stored(storage, `${folder}/large.bin`, bytes);
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
      const record = await copyState(context, api, destinationPath, [states.completed]);
      await arrived(context, storage, `${destinationPath}large.bin`, bytes);
      const places = ['sourceCloudAccountId', 'sourceBucket', 'sourcePath', 'destinationCloudAccountId', 'destinationBucket'] as const;
      const asked = copyBody({ source: storage, target: storage, sourcePath, destinationPath });
      for (const place of places) expect.equal(record[place], asked[place], `\`${place}\` is the one that was asked for`);
      expect.equal(
        [record.total, record.transferred, record.failed, record.skipped],
        [1, 1, 0, 0],
        'the counts say that one object was copied',
      );
      expect.equal([record.totalSize, record.transferredSize], [size, size], '`totalSize` and `transferredSize` count every byte');
      expect.equal(record.percent, 100, '`percent` is 100');
      const [requested, started, over] = [record.requestDate, record.startDate, record.endDate].map((date) => Date.parse(String(date)));
      expect.that(
        (requested ?? NaN) <= (started ?? NaN) && (started ?? NaN) <= (over ?? NaN),
        'it was requested, started and ended, in this order',
        record,
      );
      const account = record.sourceCloudAccount as { id?: unknown } | null;
      expect.equal(account?.id, storage.account.id, '`sourceCloudAccount` is the account');
      expect.that(!JSON.stringify(record).includes(storage.secretKey), 'its keys are masked');
    },
  ),
  scenario(
    'transfer.copy.optional-ids',
    {
      title: 'The four optional ids may be empty',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer'],
      proves: ['TRANSFER-COPY-008'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const bytes = given.bytes(10);
      const sourcePath = await stored(storage, `${name('from')}.bin`, bytes);
      const copy = copyBody({ source: storage, target: storage, sourcePath, destinationPath: `${name('to')}/` });
      const ids = { sourceBucketId: '', sourceId: '', destinationBucketId: '', destinationId: '' };
      expect.equal((await api.call('startTransfer', { body: { ...copy, ...ids } })).status, 200, 'Transfer answers 200');
      await arrived(context, storage, `${name('to')}/${sourcePath}`, bytes);
    },
  ),
  scenario(
    'transfer.copy.queued',
    {
      title: 'Transfer answers before the copy is made',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      proves: ['TRANSFER-COPY-006'],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const [api, storage] = [await given.session(), await given.storage(throttledBothWays)];
      const bytes = given.bytes(severalChunks);
      const [sourcePath, destinationPath] = [await stored(storage, `${name('from')}.bin`, bytes), `${name('to')}/`];
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath });
      expect.that(!(await storage.objects.has(storage.target, destinationPath + sourcePath)), 'the object is not there yet');
      const { data } = pageOf((await api.perform('getAllTransfers', { query: { pagesize: 100 } })).body, expect);
      const running = data.find(isAbout(destinationPath));
      if (running !== undefined) {
        should.oneOf(running.transferStatus, [1, 2], 'the record says Created (1) or Running (2)');
        should.that(Number(running.transferredSize) < severalChunks, 'not all bytes are there yet', running.transferredSize);
      }
      storage.throttle?.release();
      await arrived(context, storage, destinationPath + sourcePath, bytes);
    },
  ),
  scenario(
    'transfer.copy.progress-frames',
    {
      title: 'Progress and completion of a transfer are told on /notification',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer'],
      proves: ['TRANSFER-COPY-007'],
    },
    async (context) => {
      const { given, name, deadlines } = context;
      const [api, storage, channel] = [await given.session(), await given.storage(), await given.channel('notification')];
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(size));
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath: `${name('to')}/` });
      const isOurs = isProgressAbout(sourcePath);
      await channel.waitFor((frame) => isOurs(frame) && frame.json.Data?.Status === 'Completed', {
        what: 'a Progress frame says Completed',
        deadlineMs: deadlines.transferMs,
      });
      checkProgress(context, channel.frames.filter(isOurs), size);
    },
  ),
  scenario(
    'transfer.copy.history',
    {
      title: 'A transfer leaves a record in the transfer history',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransferHistory'],
      proves: ['TRANSFER-COPY-009'],
    },
    async (context) => {
      const { given, expect, should, name, eventually } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const bytes = given.bytes(77);
      const sourcePath = await stored(storage, `${name('from')}.bin`, bytes);
      await startCopy(context, api, { source: storage, target: storage, sourcePath, destinationPath: `${name('to')}/` });
      await arrived(context, storage, `${name('to')}/${sourcePath}`, bytes);
      const record = await eventually({
        rule: 'the history has a record of the transfer',
        read: async () =>
          (await api.ok('getAllTransferHistory', { query: { pagesize: 200 } })).data.find((one) => one.sourcePath.endsWith(sourcePath)),
        fits: (found) => found !== undefined,
      });
      expect.equal(record?.transferStatus, states.completed, 'the record says Completed (4)');
      expect.equal(record?.sourceCloudAccountId, storage.account.id, 'the record names the source account');
      expect.equal(record?.destinationCloudAccountId, storage.account.id, 'the record names the destination account');
      should.equal(
        [record?.totalObjects, record?.transferredObjects, record?.transferredSize],
        [1, 1, 77],
        'it counts one object and its bytes',
      );
    },
  ),
  scenario(
    'transfer.copy.standard-user',
    {
      title: 'Transfer is refused to a standard user',
      controller: 'Transfer',
      operations: ['startTransfer'],
      statuses: [499],
      level: 'SHOULD',
      proves: ['TRANSFER-ROLE-001'],
    },
    async (context) => {
      const { given, expect, name } = context;
      if (given.memberCredentials().type !== 64) throw new NotApplicable('the member of the profile is no standard user (`type` 64)');
      const [member, storage] = [await given.memberSession(), await given.storage()];
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(10));
      const body = copyBody({ source: storage, target: storage, sourcePath, destinationPath: `${name('to')}/` });
      expect.equal((await member.call('startTransfer', { body })).status, 499, 'Transfer answers 499');
      const api = await given.session();
      expect.that(!(await newestTransfers(context, api)).some(isAbout(name('to'))), 'nothing was queued');
    },
  ),
];
