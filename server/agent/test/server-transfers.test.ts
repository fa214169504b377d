// Whole-agent tests of transfers from server to server: between which servers, what is refused, status, list and cancel.
import { randomBytes } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, progressOf, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';
import { putServer, rangeServer } from './plain-servers.ts';
import { s3Server, type TestS3Server } from './s3-server.ts';

type Initiate = Schema<'ServerTransferInitiateRequest'>;

const KiB = 1024;
const size = 600 * KiB + 11;
const lifetime = forGroup();
let running: TestAgent;
let click: SignedIn;
let first: TestObjectServer;
let second: TestObjectServer;
let s3: TestS3Server;
let accounts: { first: string; second: string; s3: string };

beforeAll(async () => {
  running = await agent({ chunkBytes: 64 * KiB }, lifetime);
  click = await running.signIn();
  first = await objectServer(['bucket-a'], lifetime);
  second = await objectServer(['bucket-b'], lifetime);
  s3 = await s3Server(['bucket-a'], lifetime);
  accounts = {
    first: await insertAccount(click, first.url),
    second: await insertAccount(click, second.url, { cloudType: 4096 }),
    s3: await insertAccount(click, s3.url, s3.account),
  };
});

const betweenServers = (name: string): Initiate => ({
  sourceServerUrl: first.url,
  sourceBucket: 'bucket-a',
  sourcePath: `from/${name}`,
  sourceAccountId: accounts.first,
  targetServerUrl: second.url,
  targetBucket: 'bucket-b',
  targetPath: `to/${name}`,
  targetAccountId: accounts.second,
});
const initiate = (body: Initiate) => click.POST('/cloud/server_transfer/initiate', { body });
const at = (transferId: string) => ({ params: { path: { transferId } } });
const statusOf = (transferId: string) => bodyOf(click.GET('/cloud/server_transfer/{transferId}/status', at(transferId)));
const cancel = (transferId: string) => click.DELETE('/cloud/server_transfer/{transferId}', at(transferId));

async function completed(body: Initiate): Promise<Schema<'FastrServerTransferStatus'>> {
  const notifications = await recordNotifications(running.url);
  const { transferId } = await bodyOf(initiate(body));
  await progressed(notifications, transferId, 'Completed');
  return statusOf(transferId);
}

describe('a server transfer', () => {
  it('is accepted with 202, moves the bytes, and is told from start to end', async () => {
    const bytes = randomBytes(size);
    await first.put('bucket-a', 'from/told.bin', bytes);
    const notifications = await recordNotifications(running.url);
    const call = await initiate({ ...betweenServers('told.bin'), metadata: { any: ['thing'] } });
    expect(call.response.status).toBe(202);
    expect(call.data).toEqual({ transferId: expect.any(String), message: 'Server transfer initiated', status: 'pending' });
    const { transferId } = call.data!;
    await progressed(notifications, transferId, 'Completed');

    expect(sha256(await second.get('bucket-b', 'to/told.bin'))).toBe(sha256(bytes));
    expect(sha256(await first.get('bucket-a', 'from/told.bin'))).toBe(sha256(bytes));
    const { sourceAccountId: _s, targetAccountId: _t, ...places } = betweenServers('told.bin');
    const status = await statusOf(transferId);
    expect(status).toEqual({
      ...places,
      sourceServerUrl: `${first.url}/`,
      targetServerUrl: `${second.url}/`,
      transferId,
      status: 'completed',
      startTime: expect.any(String),
      endTime: expect.stringMatching(/Z$/),
      bytesTransferred: size,
      totalBytes: size,
      progress: 100,
      errorMessage: '',
    });
    expect(progressOf(notifications, transferId).at(-1)).toMatchObject({
      TransferMode: 'Upload',
      Bytes: size,
      Size: size,
      Name: 'told.bin',
    });
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'told.bin')).toEqual([
      expect.objectContaining({
        origin: 16,
        direction: 1,
        sourceCloudAccountId: accounts.first,
        sourceCloudProvider: 2048,
        sourceBucket: 'bucket-a',
        sourcePath: 'from/told.bin',
        destinationCloudAccountId: accounts.second,
        destinationCloudProvider: 4096,
        destinationBucket: 'bucket-b',
        destinationPath: 'to/told.bin',
        totalSize: size,
        transferredSize: size,
      }),
    ]);
  });

  it('goes from LocalHttp to S3 and back', async () => {
    // More than one part, although the chunks of this agent are smaller than a part of S3 may be.
    const bytes = randomBytes(11 * 1024 * KiB);
    await first.put('bucket-a', 'from/round.bin', bytes);
    const s3Place = { bucket: 'bucket-a', path: 'over/there.bin' };
    await completed({
      ...betweenServers('round.bin'),
      targetServerUrl: s3.url,
      targetBucket: s3Place.bucket,
      targetPath: s3Place.path,
      targetAccountId: accounts.s3,
    });
    await completed({
      ...betweenServers('round.bin'),
      sourceServerUrl: s3.url,
      sourceBucket: s3Place.bucket,
      sourcePath: s3Place.path,
      sourceAccountId: accounts.s3,
    });
    expect(sha256(await second.get('bucket-b', 'to/round.bin'))).toBe(sha256(bytes));
  });

  it('moves an empty object and one of a name that needs encoding', async () => {
    for (const [name, bytes] of [
      ['empty.bin', Buffer.alloc(0)],
      ['gr\u00fc\u00dfe & 100 %.bin', randomBytes(5)],
    ] as const) {
      await first.put('bucket-a', `from/${name}`, bytes);
      expect(await completed(betweenServers(name))).toMatchObject({ totalBytes: bytes.length, progress: 100 });
      expect(sha256(await second.get('bucket-b', `to/${name}`)), `${name}`).toBe(sha256(bytes));
    }
  });

  it('reads from any server that serves ranges, without an account', async () => {
    const bytes = randomBytes(size);
    const { sourceAccountId: _none, ...body } = { ...betweenServers('bare.bin'), sourceServerUrl: await rangeServer(bytes) };
    await completed(body);
    expect(sha256(await second.get('bucket-b', 'to/bare.bin'))).toBe(sha256(bytes));
  });

  it('writes to any server that takes PUT, without an account, in one request', async () => {
    const bytes = randomBytes(size);
    await first.put('bucket-a', 'from/put.bin', bytes);
    const target = await putServer();
    const { targetAccountId: _none, ...body } = { ...betweenServers('put.bin'), targetServerUrl: target.url };
    await completed(body);
    expect(sha256(await target.get('/bucket-b/to/put.bin'))).toBe(sha256(bytes));
    expect([target.puts(), await target.unfinished()]).toEqual([1, []]);
  });
});

describe('the status of a server transfer', () => {
  it('has no end and no complete progress while it runs, and cancel ends it with nothing at the target', async () => {
    const target = await objectServer(['bucket-b']);
    const passage = await gate(target.url, 'to-server', 256 * KiB);
    const targetAccountId = await insertAccount(click, passage.url);
    await first.put('bucket-a', 'from/running.bin', randomBytes(size));
    const notifications = await recordNotifications(running.url);
    const { transferId } = await bodyOf(initiate({ ...betweenServers('running.bin'), targetServerUrl: passage.url, targetAccountId }));
    await passage.holding();
    const status = await statusOf(transferId);
    expect(status).toMatchObject({ status: 'running', endTime: '0001-01-01T00:00:00', totalBytes: size, errorMessage: '' });
    expect(status.progress).toBe(Math.floor((status.bytesTransferred / size) * 100));
    expect(await target.list('bucket-b')).toEqual([]);
    expect(await target.unfinished()).toHaveLength(1);

    expect((await cancel(transferId)).response.status).toBe(200);
    expect(await refusalOf(cancel(transferId))).toMatchObject({
      status: 400,
      code: 'TRANSFER',
      message: expect.stringContaining('cancelled'),
    });
    await progressed(notifications, transferId, 'Canceled');
    expect(await statusOf(transferId)).toMatchObject({ status: 'cancelled', endTime: expect.stringMatching(/Z$/) });
    passage.release();
    await expect.poll(() => target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await target.list('bucket-b')).toEqual([]);
  });

  it('is in the list of all, which holds no client transfer, and neither list holds the other kind', async () => {
    await first.put('bucket-a', 'from/listed.bin', randomBytes(10));
    const { transferId } = await completed(betweenServers('listed.bin'));
    const all = await bodyOf(click.GET('/cloud/server_transfer/all'));
    expect(all.find((status) => status.transferId === transferId)).toEqual(await statusOf(transferId));
    expect(await refusalOf(cancel(transferId))).toMatchObject({ status: 400, message: expect.stringContaining('completed') });
    const asClient = [
      click.GET('/cloud/client_transfer/{transferId}/status', at(transferId)),
      click.POST('/cloud/client_transfer/{transferId}/pause', at(transferId)),
      click.POST('/cloud/client_transfer/{transferId}/cancel', at(transferId)),
    ];
    for (const answer of asClient) expect(await refusalOf(answer)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await bodyOf(click.GET('/cloud/client_transfer/all'))).toEqual([]);
  });

  it('of an unknown id is 404, and cancelling it is NOT_FOUND', async () => {
    expect(await refusalOf(click.GET('/cloud/server_transfer/{transferId}/status', at('no-such-id')))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
    expect(await refusalOf(cancel('no-such-id'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});

describe('a server transfer is refused', () => {
  it.each(['sourceServerUrl', 'targetServerUrl', 'sourceBucket', 'sourcePath', 'targetBucket', 'targetPath'] as const)(
    'with 400 when %s is missing, empty or no text',
    async (field) => {
      const { [field]: _left, ...without } = betweenServers('x');
      const bodies = [
        without,
        { ...without, [field]: '' },
        { ...without, [field]: 1 },
        { ...without, [field]: null },
        { ...without, [field]: ['a'] },
      ];
      for (const body of bodies as Initiate[]) {
        const { status, message } = await refusalOf(initiate(body));
        expect([status, message], `${JSON.stringify(body)}`).toEqual([400, expect.stringContaining(field)]);
      }
    },
  );

  it('with 400 when an optional field is of a wrong type or the body is no object', async () => {
    for (const wrong of [{ sourceAccountId: 1 }, { targetAccountId: {} }, { metadata: 'text' }])
      expect((await refusalOf(initiate({ ...betweenServers('x'), ...wrong } as unknown as Initiate))).status).toBe(400);
    for (const body of ['[]', '"x"', 'null', ''])
      expect(
        (
          await running.send(`/cloud/server_transfer/initiate?token=${click.token}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          })
        ).status,
        body,
      ).toBe(400);
  });

  it('when a server is named by anything but an http address', async () => {
    for (const url of ['ftp://127.0.0.1/', 'file:///etc/passwd', '/etc/passwd', 'not a url', 'javascript:alert(1)'])
      for (const field of ['sourceServerUrl', 'targetServerUrl'] as const)
        expect(await refusalOf(initiate({ ...betweenServers('x'), [field]: url })), `${url}`).toMatchObject({
          status: 499,
          code: 'DEFAULT',
          message: expect.stringContaining(field),
        });
  });

  it('with SECURITY when an address carries credentials', async () => {
    const url = first.url.replace('http://', 'http://name:secret@');
    const { code, message } = await refusalOf(initiate({ ...betweenServers('x'), sourceServerUrl: url }));
    expect([code, message]).toEqual(['SECURITY', expect.not.stringContaining('secret')]);
  });

  it('with SECURITY when the account belongs to another server than the one that is named', async () => {
    const swapped = [
      { sourceServerUrl: second.url },
      { targetServerUrl: first.url },
      { targetServerUrl: 'http://evil.example.com' },
      { sourceAccountId: accounts.s3 },
    ];
    for (const wrong of swapped)
      expect(await refusalOf(initiate({ ...betweenServers('x'), ...wrong }))).toMatchObject({ status: 499, code: 'SECURITY' });
  });

  it('with NOT_FOUND when an account is unknown', async () => {
    for (const field of ['sourceAccountId', 'targetAccountId'] as const)
      for (const id of ['00000000-0000-4000-8000-000000000000', 'nobody'])
        expect(await refusalOf(initiate({ ...betweenServers('x'), [field]: id }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});
