// Whole-agent tests of server transfers whose servers are down, slow of wit or break off: they fail clearly and leave nothing.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf } from './answers.ts';
import { progressed, progressOf, recordNotifications } from './frames.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { keys, objectServer, type TestObjectServer } from './object-server.ts';
import { httpServer, putServer } from './plain-servers.ts';

const KiB = 1024;
const size = 400 * KiB + 11;
const attempts = 2;
const bytes = randomBytes(size);
const lifetime = forGroup();
let running: TestAgent;
let click: SignedIn;
let server: TestObjectServer;
let account: string;

beforeAll(async () => {
  running = await agent({ chunkBytes: 64 * KiB, transferAttempts: attempts }, lifetime);
  click = await running.signIn();
  server = await objectServer(['bucket-a', 'bucket-b'], lifetime);
  account = await insertAccount(click, server.url);
  await server.put('bucket-a', 'good.bin', bytes);
});

type Place = { readonly serverUrl: string; readonly bucket: string; readonly path: string; readonly accountId: string };
const good = (): Place => ({ serverUrl: server.url, bucket: 'bucket-a', path: 'good.bin', accountId: account });
const bare = (serverUrl: string): Place => ({ serverUrl, bucket: 'bucket', path: 'file.bin', accountId: '' });
const own = (path: string): Place => ({ serverUrl: server.url, bucket: 'bucket-b', path, accountId: account });

/** Runs a transfer to the given end; answers its status. */
async function run(source: Place, target: Place, end: 'Completed' | 'Failed'): Promise<Schema<'FastrServerTransferStatus'>> {
  const notifications = await recordNotifications(running.url);
  const body = {
    sourceServerUrl: source.serverUrl,
    sourceBucket: source.bucket,
    sourcePath: source.path,
    sourceAccountId: source.accountId,
    targetServerUrl: target.serverUrl,
    targetBucket: target.bucket,
    targetPath: target.path,
    targetAccountId: target.accountId,
  };
  const { transferId } = await bodyOf(click.POST('/cloud/server_transfer/initiate', { body }));
  await progressed(notifications, transferId, end);
  const status = await bodyOf(click.GET('/cloud/server_transfer/{transferId}/status', { params: { path: { transferId } } }));
  expect(progressOf(notifications, transferId).at(-1)?.Error ?? '').toBe(status.errorMessage);
  return status;
}

/** The message of a transfer that fails as it should: told everywhere, with nothing left at the target. */
async function failureOf(source: Place, target: Place): Promise<string> {
  const status = await run(source, target, 'Failed');
  expect(status).toMatchObject({ status: 'failed', endTime: expect.stringMatching(/Z$/), errorMessage: expect.stringMatching(/./) });
  expect(status.errorMessage).not.toContain('internal error');
  const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 16 } } }));
  expect(data.map(({ errorMessage }) => errorMessage)).toContain(status.errorMessage);
  await expect.poll(() => server.unfinished(), { timeout: 10_000 }).toEqual([]);
  expect(await server.list('bucket-b')).toEqual([]);
  return status.errorMessage;
}

const always =
  (status: number, body = '') =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);

async function nobodyThere(): Promise<string> {
  const gone = await objectServer([]);
  await gone.close();
  return gone.url;
}

describe('a server transfer fails with a clear message', () => {
  it('when its target answers 500 to everything', async () => {
    expect(await failureOf(good(), bare(await httpServer(always(500, 'disk on fire'))))).toMatch(/500.*disk on fire/);
  });

  it('when its target answers 500 to the PUT, or refuses it', async () => {
    for (const [status, message] of [
      [500, /PUT .* 500/],
      [403, /PUT .* 403/],
      [507, /PUT .* 507/],
    ] as const) {
      const url = await httpServer((request, response) => {
        request.resume();
        request.once('end', () => always(request.method === 'PUT' ? status : request.method === 'HEAD' ? 404 : 405)(request, response));
      });
      expect(await failureOf(good(), bare(url))).toMatch(message);
    }
  });

  it('when its target closes in the middle of every body, and nothing of it stays there', async () => {
    const target = await putServer({ broken: 100, cutAfter: 100 * KiB });
    expect(await failureOf(good(), bare(target.url))).toMatch(/bucket\/file\.bin/);
    expect(target.puts()).toBe(attempts);
    expect(await target.get('/bucket/file.bin')).toBeUndefined();
    await expect.poll(() => target.unfinished(), { timeout: 10_000 }).toEqual([]);
  });

  it('when its target is down', async () => {
    const url = await nobodyThere();
    expect(await failureOf(good(), bare(url))).toMatch(new RegExp(`${new URL(url).host}.*ECONNREFUSED`));
  });

  it('when its target answers something that is no HTTP', async () => {
    const url = await httpServer((_request, response) => void response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await failureOf(good(), bare(url))).toMatch(/OPTIONS .* does not match the HTTP/);
  });

  it('when its source is down', async () => {
    const url = await nobodyThere();
    expect(await failureOf(bare(url), own('x.bin'))).toMatch(/ECONNREFUSED/);
  });

  it('when there is no such source object, source bucket or target bucket', async () => {
    expect(await failureOf({ ...good(), path: 'missing.bin' }, own('x.bin'))).toMatch(/missing\.bin.*404/);
    expect(await failureOf({ ...good(), bucket: 'no-bucket' }, own('x.bin'))).toMatch(/no-bucket/);
    expect(await failureOf(good(), { ...own('x.bin'), bucket: 'no-bucket' })).toMatch(/no-bucket/);
  });

  it('when the server wants credentials and the request names no account', async () => {
    expect(await failureOf({ ...good(), accountId: '' }, own('x.bin'))).toMatch(/401/);
    expect(await failureOf(good(), { ...own('x.bin'), accountId: '' })).toMatch(/401/);
  });

  it('when its source always ends before the bytes that it promised', async () => {
    const url = await httpServer((request, response) => {
      response.writeHead(200, { 'content-length': size });
      if (request.method === 'HEAD') return void response.end();
      response.write(bytes.subarray(0, 10 * KiB), () => response.socket?.destroy());
    });
    expect(await failureOf(bare(url), own('x.bin'))).toMatch(/GET .*bucket\/file\.bin|connection/);
  });

  it('when a path would leave its bucket', async () => {
    expect(await failureOf(good(), own('../bucket-a/good.bin'))).toMatch(/"\.\."/);
    expect(sha256(await server.get('bucket-a', 'good.bin'))).toBe(sha256(bytes));
  });

  it('and without the keys of an account in the message, when a server repeats what it was sent', async () => {
    const url = await httpServer((request, response) => {
      if (request.url === '/') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"buckets":[]}');
      always(500, `you sent ${request.headers.authorization}`)(request, response);
    });
    const echo = await insertAccount(click, url);
    const { errorMessage } = await run(good(), { ...bare(url), accountId: echo }, 'Failed');
    expect(errorMessage).toContain('you sent Basic [redacted]');
    expect(running.logged()).not.toContain(Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64'));
  });
});

describe('a server transfer goes on', () => {
  it('when its target breaks off once', async () => {
    const target = await putServer({ broken: 1, cutAfter: 100 * KiB });
    expect(await run(good(), bare(target.url), 'Completed')).toMatchObject({
      status: 'completed',
      bytesTransferred: size,
      errorMessage: '',
    });
    expect(sha256(await target.get('/bucket/file.bin'))).toBe(sha256(bytes));
    expect([target.puts(), await target.unfinished()]).toEqual([2, []]);
  });

  it('when its source breaks off again and again, as long as each time brings a chunk', async () => {
    let requests = 0;
    const url = await httpServer((request, response) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${size - 1}/${size}` };
      response.writeHead(from === 0 ? 200 : 206, { 'accept-ranges': 'bytes', 'content-length': size - from, etag: '"one"', ...range });
      if (request.method === 'HEAD') return void response.end();
      requests += 1;
      const part = bytes.subarray(from, from + 100 * KiB);
      response.write(part, () => (from + part.length === size ? response.end() : response.socket?.destroy()));
    });
    await run(bare(url), own('patched.bin'), 'Completed');
    expect(requests).toBeGreaterThan(3);
    expect(sha256(await server.get('bucket-b', 'patched.bin'))).toBe(sha256(bytes));
  });
});
