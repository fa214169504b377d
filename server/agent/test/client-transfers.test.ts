// Whole-agent tests of uploads and downloads that the agent tracks: bytes, frames, status, history, refusals.
import { chmod } from 'node:fs/promises';
import { FileState, ObjectType, type Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, progressOf, recordNotifications, recordStateChanges } from './frames.ts';
import { forGroup } from './lifetime.ts';
import { type LocalFiles, localFiles, sha256 } from './local-files.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';

const KiB = 1024;
const lifetime = forGroup();
let running: TestAgent;
let server: TestObjectServer;
let files: LocalFiles;
let click: SignedIn;
let cloudAccount: { id: string };
const storageName = 'bucket-a';

beforeAll(async () => {
  running = await agent({ chunkBytes: 64 * KiB }, lifetime);
  server = await objectServer(['bucket-a'], lifetime);
  files = await localFiles(lifetime);
  click = await running.signIn();
  cloudAccount = { id: await insertAccount(click, server.url) };
});

const upload = (localFilePath: string, more: Schema<'UploadObjectRequest'> = {}) =>
  click.POST('/cloud/upload_object', { body: { cloudAccount, storageName, uploadPath: 'uploads', localFilePath, ...more } });
const download = (objectKey: string, downloadPath: string, more: Schema<'DownloadObjectRequest'> = {}) =>
  click.POST('/cloud/download_object', {
    body: { cloudAccount, storageName, objectKey, downloadPath, objectType: ObjectType.File, ...more },
  });
const statusOf = (transferId: string) =>
  bodyOf(click.GET('/cloud/client_transfer/{transferId}/status', { params: { path: { transferId } } }));
const historyOf = async (name: string) => {
  const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { pagesize: 100 } } }));
  return data.filter((record) => record.name === name);
};

describe('an upload', () => {
  it('brings the bytes, tells its progress from the first to the last, and leaves a history record', async () => {
    const notifications = await recordNotifications(running.url);
    const states = await recordStateChanges(running.url);
    const bytes = await files.write('report.bin', 2000 * KiB + 77);
    const { transferId } = await bodyOf(upload(files.path('report.bin')));
    await progressed(notifications, transferId, 'Completed');

    expect(sha256(await server.get(storageName, 'uploads/report.bin'))).toBe(sha256(bytes));
    expect(await server.unfinished()).toEqual([]);
    const progress = progressOf(notifications, transferId);
    expect(progress[0]).toMatchObject({ Status: 'InProgress', Bytes: 0 });
    expect(progress.slice(0, -1).map(({ Status }) => Status)).toEqual(progress.slice(0, -1).map(() => 'InProgress'));
    expect(progress.at(-1)).toMatchObject({
      Status: 'Completed',
      TransferMode: 'Upload',
      StorageType: 'LocalHttp',
      StorageName: storageName,
      Path: files.path('report.bin'),
      Name: 'report.bin',
      Bytes: bytes.length,
      Size: bytes.length,
      Error: null,
    });
    expect(progress.map(({ Bytes }) => Bytes)).toEqual(progress.map(({ Bytes }) => Bytes).sort((a, b) => a - b));
    await states.waitFor(({ State }) => State === FileState.Normal, 'Normal');
    const place = { Path: files.path('report.bin'), StorageName: storageName };
    expect(states.frames).toEqual([
      { ...place, State: FileState.Uploading },
      { ...place, State: FileState.Normal },
    ]);

    const status = await statusOf(transferId);
    expect(status).toMatchObject({
      transferId,
      status: 'completed',
      transferredBytes: bytes.length,
      totalBytes: bytes.length,
      errorMessage: null,
      pausedDuration: null,
    });
    expect(Date.parse(status.endTime ?? '')).toBeGreaterThanOrEqual(Date.parse(status.startTime));
    expect(await historyOf('report.bin')).toEqual([
      expect.objectContaining({
        origin: 8,
        direction: 1,
        transferStatus: 4,
        userEmail: 'admin@example.com',
        sourceCloudAccountId: null,
        sourcePath: files.path('report.bin'),
        destinationCloudAccountId: cloudAccount.id,
        destinationBucket: storageName,
        destinationPath: 'uploads/report.bin',
        totalObjects: 1,
        transferredObjects: 1,
        totalSize: bytes.length,
        transferredSize: bytes.length,
        totalSizeString: '2.0 MB',
        errorMessage: null,
      }),
    ]);
  });

  it.each([
    ['an empty file', 0],
    ['a file of one byte', 1],
    ['a file of exactly one chunk', 64 * KiB],
    ['a file of exactly three chunks', 192 * KiB],
  ])('brings %s', async (what, size) => {
    const notifications = await recordNotifications(running.url);
    const name = `${what}.bin`;
    const bytes = await files.write(name, size);
    const { transferId } = await bodyOf(upload(files.path(name), { uploadPath: '/deep/er/' }));
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await server.get(storageName, `deep/er/${name}`))).toBe(sha256(bytes));
    expect(await statusOf(transferId)).toMatchObject({ status: 'completed', transferredBytes: size, totalBytes: size });
  });

  it('replaces an object of the same name, and gets an id of its own for each transfer', async () => {
    const notifications = await recordNotifications(running.url);
    await files.write('twice.bin', 100);
    const own = 'an-id-of-the-caller';
    const first = await bodyOf(upload(files.path('twice.bin'), { uploadPath: '', id: own, name: 'Shown name' }));
    await progressed(notifications, first.transferId, 'Completed');
    const bytes = await files.write('twice.bin', 200);
    const second = await bodyOf(upload(files.path('twice.bin'), { uploadPath: '', id: own }));
    await progressed(notifications, second.transferId, 'Completed');
    expect(new Set([own, first.transferId, second.transferId]).size).toBe(3);
    expect(sha256(await server.get(storageName, 'twice.bin'))).toBe(sha256(bytes));
    expect(await historyOf('Shown name')).toHaveLength(1);
    const listed = await bodyOf(click.GET('/cloud/client_transfer/all'));
    expect(listed.find(({ transferId }) => transferId === second.transferId)).toMatchObject({
      status: 'completed',
      sourceBucket: '',
      sourcePath: files.path('twice.bin'),
      targetBucket: storageName,
      targetPath: 'twice.bin',
      progress: 100,
    });
  });

  it('fails with a clear message and a history record when the bucket is not there', async () => {
    const notifications = await recordNotifications(running.url);
    await files.write('lost.bin', 100);
    const { transferId } = await bodyOf(upload(files.path('lost.bin'), { storageName: 'no-such-bucket' }));
    await progressed(notifications, transferId, 'Failed');
    const { status, errorMessage, endTime } = await statusOf(transferId);
    expect([status, errorMessage, endTime]).toEqual(['failed', expect.stringContaining('no-such-bucket'), expect.any(String)]);
    expect(progressOf(notifications, transferId).at(-1)?.Error).toBe(errorMessage);
    expect(await historyOf('lost.bin')).toEqual([
      expect.objectContaining({ transferStatus: 16, failedObjects: 0, transferredObjects: 0, errorMessage }),
    ]);
  });
});

describe('a download', () => {
  it('brings the bytes into a folder that it makes, under their name only when complete', async () => {
    const notifications = await recordNotifications(running.url);
    const states = await recordStateChanges(running.url);
    const bytes = await files.write('origin.bin', 500 * KiB + 3);
    await server.put(storageName, 'from/here/picture one.bin', bytes);
    const { transferId } = await bodyOf(download('from/here/picture one.bin', files.path('new/folder')));
    await progressed(notifications, transferId, 'Completed');
    expect(await files.list('new')).toEqual(['folder/picture one.bin']);
    expect(sha256(await files.read('new/folder/picture one.bin'))).toBe(sha256(bytes));
    expect(progressOf(notifications, transferId).at(-1)).toMatchObject({
      TransferMode: 'Download',
      Path: 'from/here/picture one.bin',
      Bytes: bytes.length,
      Size: bytes.length,
    });
    await states.waitFor(({ State }) => State === FileState.Normal, 'Normal');
    expect(states.frames.map(({ State }) => State)).toEqual([FileState.Downloading, FileState.Normal]);
    expect(await historyOf('picture one.bin')).toEqual([
      expect.objectContaining({
        origin: 8,
        direction: 2,
        transferStatus: 4,
        sourceBucket: storageName,
        sourcePath: 'from/here/picture one.bin',
        destinationBucket: null,
      }),
    ]);
  });

  it('of a directory brings everything below it, empty objects and empty folders too, and nothing beside it', async () => {
    const notifications = await recordNotifications(running.url);
    const tree: Record<string, Buffer> = {
      'album/a.bin': Buffer.alloc(70 * KiB, 1),
      'album/sub/b.bin': Buffer.alloc(10, 2),
      'album/sub/deep/empty.bin': Buffer.alloc(0),
      'album-2/c.bin': Buffer.alloc(5),
    };
    for (const [key, bytes] of Object.entries(tree)) await server.put(storageName, key, bytes);
    await bodyOf(
      click
        .POST('/cloud/create_folder', { body: { cloudAccount, storageName, path: 'album', folderName: 'hollow' } })
        .then((answer) => ({ ...answer, data: true })),
    );
    const { transferId } = await bodyOf(download('album', files.path('albums'), { objectType: ObjectType.Directory }));
    await progressed(notifications, transferId, 'Completed');
    expect(await files.list('albums')).toEqual(['album/a.bin', 'album/sub/b.bin', 'album/sub/deep/empty.bin']);
    for (const name of await files.list('albums')) expect(sha256(await files.read(`albums/${name}`))).toBe(sha256(tree[name]));
    expect(await files.list('albums/album/hollow')).toEqual([]);
    expect(await statusOf(transferId)).toMatchObject({ status: 'completed', transferredBytes: 70 * KiB + 10, totalBytes: 70 * KiB + 10 });
    expect(await historyOf('album')).toEqual([expect.objectContaining({ transferStatus: 4, failedObjects: 0, totalSize: 70 * KiB + 10 })]);
  });

  it('fails with a clear message and leaves nothing when there is no such object or folder', async () => {
    const notifications = await recordNotifications(running.url);
    for (const objectType of [ObjectType.File, ObjectType.Directory]) {
      const { transferId } = await bodyOf(download('no/such/thing', files.path('nothing'), { objectType }));
      await progressed(notifications, transferId, 'Failed');
      expect((await statusOf(transferId)).errorMessage).toMatch(/no\/such\/thing/);
    }
    await expect(files.list('nothing')).rejects.toThrow('ENOENT');
  });
});

describe('a transfer is refused', () => {
  it('with FILESYSTEM_ACCESS for a local path that cannot be read', async () => {
    await files.write('file.bin', 1);
    for (const path of [
      files.path('missing.bin'),
      files.path(''),
      files.path('file.bin/below'),
      'relative.bin',
      './file.bin',
      `${files.path('file.bin')}\0`,
      `/${'n'.repeat(300)}`,
    ])
      expect(await refusalOf(upload(path)), `${path}`).toMatchObject({ status: 499, code: 'FILESYSTEM_ACCESS' });
  });

  it('with FILESYSTEM_ACCESS for a folder that cannot be written', async () => {
    await files.write('blocker.bin', 1);
    for (const path of [files.path('blocker.bin'), files.path('blocker.bin/below'), 'relative/folder'])
      expect(await refusalOf(download('x', path)), `${path}`).toMatchObject({ status: 499, code: 'FILESYSTEM_ACCESS' });
  });

  it.skipIf(process.getuid?.() === 0)('with FILESYSTEM_ACCESS without permission (not as root, who has it always)', async () => {
    await files.write('locked/secret.bin', 1);
    await chmod(files.path('locked/secret.bin'), 0o000);
    await chmod(files.path('locked'), 0o500);
    expect(await refusalOf(upload(files.path('locked/secret.bin')))).toMatchObject({ status: 499, code: 'FILESYSTEM_ACCESS' });
    expect(await refusalOf(download('x', files.path('locked')))).toMatchObject({ status: 499, code: 'FILESYSTEM_ACCESS' });
    await chmod(files.path('locked'), 0o700);
  });

  it('when the name of the object is none that a file may have', async () => {
    for (const objectKey of ['..', 'a/..', 'a/.', 'CON', 'back\\slash'])
      expect((await refusalOf(download(objectKey, files.path('odd')))).status, objectKey).toBe(499);
  });

  it('when a field is missing, of a wrong type or names an account that is not there', async () => {
    const complete: Record<string, unknown> = { cloudAccount, storageName, localFilePath: files.path('file.bin') };
    for (const field of Object.keys(complete)) {
      const { [field]: _left, ...rest } = complete;
      expect(await refusalOf(click.POST('/cloud/upload_object', { body: rest })), `${field}`).toMatchObject({
        status: 499,
        code: 'DEFAULT',
        message: expect.stringContaining(field),
      });
    }
    const missing = { id: '00000000-0000-4000-8000-000000000000' };
    expect(await refusalOf(upload(files.path('file.bin'), { cloudAccount: missing }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    for (const objectType of [0, 3, 'File'])
      expect(await refusalOf(download('x', files.path('odd'), { objectType } as Schema<'DownloadObjectRequest'>))).toMatchObject({
        status: 499,
        code: 'DEFAULT',
      });
  });

  it('by none of the commands and the status when its id is unknown: they answer NOT_FOUND', async () => {
    const params = { path: { transferId: 'no-such-transfer' } };
    const answers = [
      click.GET('/cloud/client_transfer/{transferId}/status', { params }),
      click.POST('/cloud/client_transfer/{transferId}/pause', { params }),
      click.POST('/cloud/client_transfer/{transferId}/resume', { params }),
      click.POST('/cloud/client_transfer/{transferId}/cancel', { params }),
    ];
    for (const answer of answers) expect(await refusalOf(answer)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});
