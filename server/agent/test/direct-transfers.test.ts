// Whole-agent tests of uploads and downloads at providers whose transfers are not tracked: the S3 family.
import { ObjectType, type Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, progressOf, recordNotifications } from './frames.ts';
import { forGroup } from './lifetime.ts';
import { type LocalFiles, localFiles, sha256 } from './local-files.ts';
import { s3Server, type TestS3Server } from './s3-server.ts';

const MiB = 1024 * 1024;
const storageName = 'bucket-a';
const lifetime = forGroup();
let running: TestAgent;
let server: TestS3Server;
let files: LocalFiles;
let click: SignedIn;
let cloudAccount: { id: string };

beforeAll(async () => {
  running = await agent({}, lifetime);
  server = await s3Server([storageName], lifetime);
  files = await localFiles(lifetime);
  click = await running.signIn();
  cloudAccount = { id: await insertAccount(click, server.url, server.account) };
});

const upload = (name: string, more: Schema<'UploadObjectRequest'> = {}) =>
  click.POST('/cloud/upload_object', {
    body: { cloudAccount, storageName, uploadPath: 'uploads', localFilePath: files.path(name), ...more },
  });
const at = (transferId: string) => ({ params: { path: { transferId } } });
async function stored(key: string): Promise<Buffer> {
  const url = await bodyOf(click.POST('/cloud/generate_download_url', { body: { cloudAccount, storageName, key } }));
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

async function expectUntracked(transferId: string): Promise<void> {
  const answers = [
    click.GET('/cloud/client_transfer/{transferId}/status', at(transferId)),
    click.POST('/cloud/client_transfer/{transferId}/pause', at(transferId)),
    click.POST('/cloud/client_transfer/{transferId}/resume', at(transferId)),
    click.POST('/cloud/client_transfer/{transferId}/cancel', at(transferId)),
  ];
  for (const answer of answers) expect(await refusalOf(answer)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  expect(await bodyOf(click.GET('/cloud/client_transfer/all'))).toEqual([]);
}

describe('an upload to S3', () => {
  it.each([
    ['in one piece', 'small.bin', 100_000],
    ['in several parts', 'large.bin', 20 * MiB + 1],
    ['without a byte', 'empty.bin', 0],
  ])('brings the bytes %s, under an id that no command knows', async (_what, name, size) => {
    const notifications = await recordNotifications(running.url);
    const bytes = await files.write(name, size);
    const { transferId } = await bodyOf(upload(name));
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await stored(`uploads/${name}`))).toBe(sha256(bytes));
    expect(progressOf(notifications, transferId).at(-1)).toMatchObject({
      StorageType: 'S3Generic',
      StorageName: storageName,
      Bytes: size,
      Size: size,
    });
    await expectUntracked(transferId);
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { origin: 1 } } }));
    expect(data.filter((record) => record.name === name)).toEqual([
      expect.objectContaining({
        origin: 1,
        direction: 1,
        transferStatus: 4,
        destinationCloudAccountId: cloudAccount.id,
        destinationCloudProvider: 8,
        transferredSize: size,
      }),
    ]);
  });

  it('uses the id of the caller in its answer and its frames, once', async () => {
    const notifications = await recordNotifications(running.url);
    await files.write('own-id.bin', 10);
    expect(await bodyOf(upload('own-id.bin', { id: 'my own/id?' }))).toEqual({ transferId: 'my own/id?' });
    await progressed(notifications, 'my own/id?', 'Completed');
    expect(await refusalOf(upload('own-id.bin', { id: 'my own/id?' }))).toMatchObject({ status: 499, code: 'DUPLICATE' });
  });

  it('by form brings the bytes too', async () => {
    const notifications = await recordNotifications(running.url);
    const form = new FormData();
    form.append('cloudAccountJson', JSON.stringify(cloudAccount));
    form.append('storageName', storageName);
    form.append('id', 'form-id');
    form.append('file', new File(['form content'], 'form.txt'));
    const answer = await running.send('/cloud/upload_object_from_form', { method: 'POST', body: form });
    expect(await answer.json()).toEqual({ transferId: 'form-id' });
    await progressed(notifications, 'form-id', 'Completed');
    expect((await stored('form.txt')).toString()).toBe('form content');
    await expectUntracked('form-id');
  });

  it('says in its last frame and in the history why it failed', async () => {
    const notifications = await recordNotifications(running.url);
    await files.write('lost.bin', 10);
    const { transferId } = await bodyOf(upload('lost.bin', { storageName: 'no-such-bucket' }));
    await progressed(notifications, transferId, 'Failed');
    const error = progressOf(notifications, transferId).at(-1)?.Error;
    expect(error).toContain('no-such-bucket');
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { status: 16, origin: 1 } } }));
    expect(data.find(({ name }) => name === 'lost.bin')?.errorMessage).toBe(error);
  });
});

describe('a download from S3', () => {
  it('brings the bytes of an object and of a directory', async () => {
    const notifications = await recordNotifications(running.url);
    const bytes = await files.write('tree.bin', 9 * MiB);
    for (const uploadPath of ['tree', 'tree/sub'])
      await progressed(notifications, (await bodyOf(upload('tree.bin', { uploadPath }))).transferId, 'Completed');
    const download = async (objectKey: string, objectType: 1 | 2): Promise<void> => {
      const body = { cloudAccount, storageName, objectKey, objectType, downloadPath: files.path('down') };
      const { transferId } = await bodyOf(click.POST('/cloud/download_object', { body }));
      await progressed(notifications, transferId, 'Completed');
      await expectUntracked(transferId);
    };
    await download('tree/tree.bin', ObjectType.File);
    await download('tree/', ObjectType.Directory);
    expect(await files.list('down')).toEqual(['tree.bin', 'tree/sub/tree.bin', 'tree/tree.bin']);
    for (const name of await files.list('down')) expect(sha256(await files.read(`down/${name}`))).toBe(sha256(bytes));
  });
});
