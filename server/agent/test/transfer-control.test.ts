// Whole-agent tests of pausing, resuming and cancelling transfers, which a gate before the server holds in the middle.
import { ObjectType } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, progressOf, recordNotifications } from './frames.ts';
import { type Direction, gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { type LocalFiles, localFiles, sha256 } from './local-files.ts';
import { objectServer } from './object-server.ts';

const KiB = 1024;
const size = 4096 * KiB + 5;
const chunk = 64 * KiB;
const storageName = 'bucket-a';
const lifetime = forGroup();
let running: TestAgent;
let files: LocalFiles;
let click: SignedIn;

beforeAll(async () => {
  running = await agent({ chunkBytes: chunk }, lifetime);
  files = await localFiles(lifetime);
  click = await running.signIn();
});

/** A server of its own behind a gate that holds after 512 KiB, and a listener to the frames. */
async function behindGate(direction: Direction) {
  const server = await objectServer([storageName]);
  const passage = await gate(server.url, direction, 512 * KiB);
  const cloudAccount = { id: await insertAccount(click, passage.url) };
  return { server, passage, cloudAccount, notifications: await recordNotifications(running.url) };
}

type CloudAccount = { readonly id: string };
type Command = 'pause' | 'resume' | 'cancel';

const upload = async (cloudAccount: CloudAccount, name: string): Promise<string> =>
  (
    await bodyOf(
      click.POST('/cloud/upload_object', { body: { cloudAccount, storageName, uploadPath: '', localFilePath: files.path(name) } }),
    )
  ).transferId;
const download = async (cloudAccount: CloudAccount, objectKey: string, folder: string): Promise<string> =>
  (
    await bodyOf(
      click.POST('/cloud/download_object', {
        body: { cloudAccount, storageName, objectKey, downloadPath: files.path(folder), objectType: ObjectType.File },
      }),
    )
  ).transferId;
const at = (transferId: string) => ({ params: { path: { transferId } } });
const command = (name: Command, transferId: string) => click.POST(`/cloud/client_transfer/{transferId}/${name}`, at(transferId));
const accepted = async (name: Command, transferId: string): Promise<void> =>
  expect((await command(name, transferId)).response.status, `${name}`).toBe(200);
const refused = async (transferId: string, ...names: Command[]): Promise<void> => {
  for (const name of names) expect(await refusalOf(command(name, transferId)), `${name}`).toMatchObject({ status: 400, code: 'TRANSFER' });
};
const statusOf = (transferId: string) => bodyOf(click.GET('/cloud/client_transfer/{transferId}/status', at(transferId)));
const historyOf = async (name: string) =>
  (await bodyOf(click.GET('/transferhistory/get_all'))).data.filter((record) => record.name === name);

describe('pausing an upload', () => {
  it('leaves it where it stands until it is resumed, and then only the rest is sent', async () => {
    const { server, passage, cloudAccount, notifications } = await behindGate('to-server');
    const bytes = await files.write('paused.bin', size);
    const transferId = await upload(cloudAccount, 'paused.bin');
    await passage.holding();
    expect(await statusOf(transferId)).toMatchObject({ status: 'running', totalBytes: size, endTime: null });
    await refused(transferId, 'resume');

    const pausing = accepted('pause', transferId);
    // The chunk in flight may finish; far from all that follow.
    passage.allow(1024 * KiB);
    await pausing;
    const paused = await statusOf(transferId);
    expect(paused).toMatchObject({
      status: 'paused',
      endTime: null,
      errorMessage: null,
      pausedDuration: expect.stringMatching(/^\d\d:\d\d:\d\d/),
    });
    expect(paused.transferredBytes).toBeGreaterThanOrEqual(6 * chunk);
    expect(paused.transferredBytes % chunk).toBe(0);
    expect(paused.transferredBytes).toBeLessThan(size);
    await refused(transferId, 'pause');

    // Another one overtakes it through the open gate, and nothing of the paused one moves.
    passage.release();
    await files.write('overtaking.bin', size);
    await progressed(notifications, await upload(cloudAccount, 'overtaking.bin'), 'Completed');
    expect((await statusOf(transferId)).transferredBytes).toBe(paused.transferredBytes);
    expect(progressOf(notifications, transferId).at(-1)).toMatchObject({ Status: 'Paused', Bytes: paused.transferredBytes });
    expect(await server.list(storageName)).toEqual(['overtaking.bin']);
    expect(await server.unfinished()).toHaveLength(1);

    const before = passage.passed();
    await accepted('resume', transferId);
    await progressed(notifications, transferId, 'Completed');
    expect(passage.passed() - before).toBeLessThan(size - paused.transferredBytes + chunk);
    expect(sha256(await server.get(storageName, 'paused.bin'))).toBe(sha256(bytes));
    expect(await server.unfinished()).toEqual([]);
    expect(await statusOf(transferId)).toMatchObject({ status: 'completed', transferredBytes: size, endTime: expect.any(String) });
    await refused(transferId, 'pause', 'resume', 'cancel');
    const amounts = progressOf(notifications, transferId).map(({ Bytes }) => Bytes);
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
    expect(await historyOf('paused.bin')).toHaveLength(1);
  });

  it('can be done again and again', async () => {
    const { server, passage, cloudAccount, notifications } = await behindGate('to-server');
    const bytes = await files.write('stutter.bin', size);
    const transferId = await upload(cloudAccount, 'stutter.bin');
    for (let round = 0; round < 3; round += 1) {
      await passage.holding();
      const pausing = accepted('pause', transferId);
      passage.allow(512 * KiB);
      await pausing;
      expect((await statusOf(transferId)).status).toBe('paused');
      await accepted('resume', transferId);
    }
    passage.release();
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await server.get(storageName, 'stutter.bin'))).toBe(sha256(bytes));
  });
});

describe('pausing a download', () => {
  it('keeps the bytes aside until it is resumed, and then only the rest is fetched', async () => {
    const { server, passage, cloudAccount, notifications } = await behindGate('to-client');
    const bytes = await files.write('origin.bin', size);
    await server.put(storageName, 'fetched.bin', bytes);
    const transferId = await download(cloudAccount, 'fetched.bin', 'down');
    await passage.holding();
    await accepted('pause', transferId);
    const { status, transferredBytes } = await statusOf(transferId);
    expect(status).toBe('paused');
    expect(transferredBytes).toBeLessThanOrEqual(512 * KiB);
    expect(await files.list('down')).toEqual([expect.stringMatching(/^\.fetched\.bin\..*\.part$/)]);
    const before = passage.passed();
    passage.release();
    await accepted('resume', transferId);
    await progressed(notifications, transferId, 'Completed');
    // What was held back of the first connection never came through.
    expect(passage.passed() - before).toBeLessThan(size - transferredBytes + chunk);
    expect(await files.list('down')).toEqual(['fetched.bin']);
    expect(sha256(await files.read('down/fetched.bin'))).toBe(sha256(bytes));
  });
});

describe('cancelling', () => {
  it('a running upload leaves nothing at the target', async () => {
    const { server, passage, cloudAccount, notifications } = await behindGate('to-server');
    const bytes = await files.write('cancelled.bin', size);
    const transferId = await upload(cloudAccount, 'cancelled.bin');
    await passage.holding();
    expect(await server.unfinished()).toHaveLength(1);
    await accepted('cancel', transferId);
    expect(await statusOf(transferId)).toMatchObject({ status: 'cancelled', endTime: expect.any(String), errorMessage: null });
    await refused(transferId, 'cancel', 'pause', 'resume');
    await progressed(notifications, transferId, 'Canceled');
    passage.release();
    await expect.poll(() => server.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await server.list(storageName)).toEqual([]);
    expect(progressOf(notifications, transferId).at(-1)?.Status).toBe('Canceled');
    expect(await historyOf('cancelled.bin')).toEqual([expect.objectContaining({ transferStatus: 8, transferredObjects: 0 })]);
    expect(sha256(await files.read('cancelled.bin'))).toBe(sha256(bytes));
  });

  it('a paused upload leaves nothing at the target', async () => {
    const { server, passage, cloudAccount } = await behindGate('to-server');
    await files.write('given-up.bin', size);
    const transferId = await upload(cloudAccount, 'given-up.bin');
    await passage.holding();
    const pausing = accepted('pause', transferId);
    passage.allow(512 * KiB);
    await pausing;
    passage.release();
    expect(await server.unfinished()).toHaveLength(1);
    await accepted('cancel', transferId);
    await refused(transferId, 'cancel', 'pause', 'resume');
    await expect.poll(() => server.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await server.list(storageName)).toEqual([]);
  });

  it('an upload over an object leaves that object as it was', async () => {
    const { server, passage, cloudAccount } = await behindGate('to-server');
    await server.put(storageName, 'kept.bin', 'the old content');
    await files.write('kept.bin', size);
    const transferId = await upload(cloudAccount, 'kept.bin');
    await passage.holding();
    await accepted('cancel', transferId);
    passage.release();
    await expect.poll(() => server.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect((await server.get(storageName, 'kept.bin'))?.toString()).toBe('the old content');
  });

  it('a download leaves no file behind', async () => {
    const { server, passage, cloudAccount, notifications } = await behindGate('to-client');
    await server.put(storageName, 'dropped.bin', await files.write('origin-2.bin', size));
    const transferId = await download(cloudAccount, 'dropped.bin', 'dropped');
    await passage.holding();
    await accepted('cancel', transferId);
    await progressed(notifications, transferId, 'Canceled');
    await expect.poll(() => files.list('dropped'), { timeout: 10_000 }).toEqual([]);
  });
});

describe('a transfer that waits for its turn', () => {
  it('can be paused, resumed and cancelled before it starts', async () => {
    const crowded = await agent({ chunkBytes: chunk, maxTransfers: 1, maxQueuedTransfers: 2 });
    const server = await objectServer([storageName]);
    const passage = await gate(server.url, 'to-server', 512 * KiB);
    const client = await crowded.signIn();
    const body = { cloudAccount: { id: await insertAccount(client, passage.url) }, storageName, uploadPath: '' };
    const notifications = await recordNotifications(crowded.url);
    const [first, paused, cancelled, tooMany] = ['first.bin', 'waits.bin', 'leaves.bin', 'too-many.bin'].map((name) => ({
      ...body,
      localFilePath: files.path(name),
    }));
    for (const name of ['first.bin', 'waits.bin', 'leaves.bin', 'too-many.bin']) await files.write(name, size);
    const start = async (given: typeof first): Promise<string> =>
      (await bodyOf(client.POST('/cloud/upload_object', { body: given! }))).transferId;
    const send = async (name: Command, transferId: string) =>
      (await client.POST(`/cloud/client_transfer/{transferId}/${name}`, at(transferId))).response.status;
    const ids = [await start(first), await start(paused), await start(cancelled)] as const;
    await passage.holding();
    expect(await refusalOf(client.POST('/cloud/upload_object', { body: tooMany! }))).toMatchObject({ status: 499, code: 'TRANSFER' });

    const all = async () =>
      Object.fromEntries((await bodyOf(client.GET('/cloud/client_transfer/all'))).map(({ transferId, status }) => [transferId, status]));
    expect(await all()).toEqual({ [ids[0]]: 'running', [ids[1]]: 'initiating', [ids[2]]: 'initiating' });
    expect([await send('resume', ids[1]), await send('pause', ids[1]), await send('cancel', ids[2])]).toEqual([400, 200, 200]);
    expect(await all()).toEqual({ [ids[0]]: 'running', [ids[1]]: 'paused', [ids[2]]: 'cancelled' });
    passage.release();
    await progressed(notifications, ids[0], 'Completed');
    expect(await send('resume', ids[1])).toBe(200);
    await progressed(notifications, ids[1], 'Completed');
    expect(await server.list(storageName)).toEqual(['first.bin', 'waits.bin']);
  });
});
