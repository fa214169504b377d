// Owns the story of an upload: the bytes arrive, the channel tells of them, the history remembers (cloud.md, Upload Object).
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { scenario } from '../../src/kit/scenario.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { afterUpload, checkProgress, clientState, isProgressOf, MiB, upload } from '../../src/kit/transfers.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';

const size = 9 * MiB + 1234;

export const scenarios = [
  scenario(
    'cloud.upload.bytes-arrive',
    {
      title: 'An uploaded file lies in the bucket under its name, byte for byte',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus', 'getAllClientTransfers'],
      proves: [
        'CLOUD-UP-001',
        'CLOUD-UP-005',
        'CLOUD-UP-011',
        'CLOUD-TYPE-012',
        'CLOUD-CT-009',
        'CLOUD-CT-010',
        'CLOUD-CT-013',
        ...idsOf('CLOUD-CTFIELD', 1, 20),
      ],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const file = await given.file(`${name('file')}.bin`, size);
      const transferId = await upload(context, api, storage, file);
      const status = await clientState(context, api, transferId, ['completed']);
      expect.equal(status.transferredBytes, size, '`transferredBytes` counts every byte');
      expect.equal(status.totalBytes, size, '`totalBytes` is the size of the file');
      expect.equal(
        await storage.objects.sha256(storage.target, `uploads/${file.name}`),
        file.sha256,
        'the object equals the file (SHA-256)',
      );
      const all = await api.ok('getAllClientTransfers');
      const summary = all.find((item) => item.transferId === transferId);
      expect.equal(summary?.status, 'completed', 'Get All Client Transfers lists the transfer as completed');
    },
  ),
  scenario(
    'cloud.upload.empty-file',
    {
      title: 'An empty file can be uploaded',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus'],
      level: 'SHOULD',
      proves: ['CLOUD-UP-010'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const file = await given.file(`${name('empty')}.bin`, 0);
      await clientState(context, api, await upload(context, api, storage, file), ['completed']);
      expect.equal((await storage.objects.get(storage.target, `uploads/${file.name}`))?.length, 0, 'the object is there and empty');
    },
  ),
  scenario(
    'cloud.upload.progress-frames',
    {
      title: 'Progress of an upload is told on /notification, up to Completed',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject'],
      proves: [
        'CLOUD-UP-007',
        'WS-FRAME-001',
        'WS-FRAME-002',
        'WS-FRAME-003',
        'WS-PROGRESS-001',
        'WS-PROGRESS-002',
        ...idsOf('WS-PROGRESS', 4, 7),
        ...idsOf('WS-FIELD', 1, 14),
      ],
    },
    async (context) => {
      const { given, deadlines, name, expect } = context;
      const api = await given.session();
      const storage = await given.storage();
      const channel = await given.channel('notification');
      const file = await given.file(`${name('file')}.bin`, size);
      const transferId = await upload(context, api, storage, file);
      const isOurs = isProgressOf(transferId);
      await channel.waitFor((frame) => isOurs(frame) && frame.json.Data?.Status === 'Completed', {
        what: 'a Progress frame says Completed',
        deadlineMs: deadlines.transferMs,
      });
      const frames = channel.frames.filter(isOurs);
      expect.that(
        frames.every(({ json }) => json.Data?.TransferMode === 'Upload'),
        '`TransferMode` is Upload',
      );
      expect.that(
        frames.every(({ json }) => json.Data?.StorageName === storage.target),
        '`StorageName` is the bucket',
      );
      checkProgress(context, frames, size);
    },
  ),
  scenario(
    'cloud.upload.history',
    {
      title: 'An upload leaves a record in the transfer history, which can be deleted',
      controller: 'TransferHistory',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus', 'getAllTransferHistory', 'deleteTransferHistory'],
      proves: ['HIST-RECORD-001', ...idsOf('HIST-RECORD', 3, 6), 'HIST-RECORD-009', 'HIST-DELETE-001', ...idsOf('HIST-FIELD', 1, 36)],
    },
    async (context) => {
      const { given, expect, should, info, name, eventually } = context;
      const api = await given.session();
      const storage = await given.storage();
      const file = await given.file(`${name('file')}.bin`, 4321);
      await clientState(context, api, await upload(context, api, storage, file), ['completed']);
      const find = async () => {
        const { data } = pageOf(await api.ok('getAllTransferHistory', { query: { pagesize: 100 } }), expect);
        return data.find((item) => String(item.destinationPath).endsWith(file.name) && item.destinationBucket === storage.target);
      };
      const record = await eventually({ rule: 'the history has a record of the upload', read: find, fits: (item) => item !== undefined });
      expect.equal(record?.transferStatus, 4, 'the record says Completed (4)');
      expect.equal(record?.direction, 1, 'the record says Upload (1)');
      should.equal(record?.transferredSize, 4321, 'the record counts the bytes');
      should.equal(record?.userEmail, given.credentials().username, 'the record names the user');
      expect.oneOf(record?.origin, [1, 2, 4, 8, 16], '`origin` is one of the documented ones');
      expect.that(typeof record?.userEmail === 'string' && record.userEmail !== '', 'the record is joined with details of the user');
      expect.that(
        typeof record?.destinationCloudAccountName === 'string' && record.destinationCloudAccountName !== '',
        'the record is joined with details of the cloud account',
        record?.destinationCloudAccountName,
      );
      info.equal(record?.origin, 8, 'the origin of a LocalHttp transfer is FastrLocal (8)');
      await api.ok('deleteTransferHistory', { query: { id: String(record?.id) } });
      expect.equal(await find(), undefined, 'a deleted record is listed no more');
    },
  ),
  scenario(
    'cloud.upload.without-token',
    {
      title: 'Without a token an upload runs for the user who is signed in',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-UP-002'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const storage = await given.storage();
      const file = await given.file(`${name('file')}.bin`, 1000);
      const api = await given.freshSession();
      const transferId = await upload(context, api.withToken(null), storage, file);
      await clientState(context, api, transferId, ['completed']);
      expect.equal(
        await storage.objects.sha256(storage.target, `uploads/${file.name}`),
        file.sha256,
        'the object equals the file (SHA-256)',
      );
    },
  ),
  scenario(
    'cloud.upload.odd-names',
    {
      title: 'A file name with spaces, accents and signs becomes the object name',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-UP-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const plain = await given.file(`${name('file')}.bin`, 2000);
      const oddName = `${name('ödd')} #1 (50%) & more+.bin`;
      const path = join(await given.folder(), oddName);
      await rename(plain.path, path);
      await clientState(context, api, await upload(context, api, storage, { ...plain, path }), ['completed']);
      expect.equal(
        await storage.objects.sha256(storage.target, `uploads/${oddName}`),
        plain.sha256,
        'the object has the name and the bytes of the file',
      );
    },
  ),
];
