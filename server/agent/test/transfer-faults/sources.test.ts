// Whole-agent tests of sources that change on the way, or are odd from the start: no copy is ever a mixture, and a refusal says why.
import { randomBytes } from 'node:crypto';
import { appendFile, open, rename, truncate } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyOf } from '../answers.ts';
import { progressed, recordNotifications } from '../frames.ts';
import { gate } from '../gate.ts';
import { forGroup } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { httpServer } from '../plain-servers.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const size = 2048 * KiB + 7;
const lifetime = forGroup();
let stage: FaultStage;

beforeAll(async () => {
  stage = await faultStage(lifetime);
});

/** Starts an upload that a gate holds in its middle, changes the file meanwhile; answers the message in the end. */
async function changedMeanwhile(name: string, change: (path: string) => Promise<void>): Promise<string> {
  await stage.files.write(name, size);
  const passage = await gate(stage.server.url, 'to-server', 400 * KiB);
  const account = await stage.accountAt(passage.url);
  return await stage.run('Failed', async () => {
    const transferId = await stage.upload(account, name);
    await passage.holding();
    await change(stage.files.path(name));
    passage.release();
    return transferId;
  });
}

describe('a local file that changes while it is uploaded', () => {
  it.each([
    ['grows', (path: string) => appendFile(path, 'one more line')],
    ['shrinks', (path: string) => truncate(path, size - 1)],
    ['shrinks to nothing', (path: string) => truncate(path, 0)],
    [
      'is overwritten at the same size',
      async (path: string) => {
        const file = await open(path, 'r+');
        await file.write(randomBytes(10), 0, 10, size - 20);
        await file.close();
      },
    ],
    [
      'is replaced by another of the same size',
      async (path: string) => {
        await stage.files.write('other.bin', size);
        await rename(stage.files.path('other.bin'), path);
      },
    ],
  ])('and %s fails the upload, which says so and leaves nothing', async (what, change) => {
    const name = `${what.replaceAll(' ', '-')}.bin`;
    expect(await changedMeanwhile(name, change)).toMatch(/changed/);
    expect(await stage.server.list(bucket)).not.toContain(`up/${name}`);
    await stage.expectNoDebris();
  });

  it('and is changed during a pause fails when it is resumed', async () => {
    await stage.files.write('paused.bin', size);
    const passage = await gate(stage.server.url, 'to-server', 400 * KiB);
    const account = await stage.accountAt(passage.url);
    const notifications = await recordNotifications(stage.running.url);
    const transferId = await stage.upload(account, 'paused.bin');
    const params = { params: { path: { transferId } } };
    await passage.holding();
    const pausing = stage.click.POST('/cloud/client_transfer/{transferId}/pause', params);
    passage.allow(300 * KiB);
    expect((await pausing).response.status).toBe(200);
    await appendFile(stage.files.path('paused.bin'), 'one more line');
    passage.release();
    expect((await stage.click.POST('/cloud/client_transfer/{transferId}/resume', params)).response.status).toBe(200);
    await progressed(notifications, transferId, 'Failed');
    const status = await bodyOf(stage.click.GET('/cloud/client_transfer/{transferId}/status', params));
    expect(status.errorMessage).toMatch(/changed/);
    await stage.expectNoDebris();
  });
});

describe('a sparse file', () => {
  it('is uploaded with its holes as zeros, and comes back byte for byte', async () => {
    await stage.files.write('sparse.bin', 0);
    const file = await open(stage.files.path('sparse.bin'), 'r+');
    await file.truncate(size);
    await file.write(randomBytes(100), 0, 100, 700 * KiB);
    await file.close();
    const bytes = await stage.files.read('sparse.bin');
    await stage.run('Completed', () => stage.upload(stage.account, 'sparse.bin'));
    expect(sha256(await stage.server.get(bucket, 'up/sparse.bin'))).toBe(sha256(bytes));
    await stage.run('Completed', () => stage.download(stage.account, 'up/sparse.bin', 'back'));
    expect(sha256(await stage.files.read('back/sparse.bin'))).toBe(sha256(bytes));
  });
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

describe('a source server', () => {
  const bytes = randomBytes(300 * KiB);
  const fetched = async (end: 'Completed' | 'Failed', listener: Listener): Promise<string> => {
    const url = await httpServer(listener);
    const target = { url: stage.server.url, path: 'fetched.bin', account: stage.account };
    const before = await stage.server.get(bucket, 'fetched.bin');
    const message = await stage.run(end, () => stage.copy({ url, path: 'file.bin' }, target));
    if (end === 'Failed') expect(await stage.server.get(bucket, 'fetched.bin')).toEqual(before);
    await stage.expectNoDebris();
    return message;
  };

  it('that does not tell the size is refused, and the message says why', async () => {
    const message = await fetched('Failed', (request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
    expect(message).toMatch(/file\.bin.*does not tell the size/);
  });

  it('that insists on a compressed coding is refused, and the message says why', async () => {
    const message = await fetched('Failed', (request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
    expect(message).toMatch(/file\.bin.*Content-Encoding/);
  });

  it.each([
    ['grown', 10],
    ['shrunk', -10],
  ])('whose object has %s between the look and the read, without a version to tell it by, is not copied', async (_what, more) => {
    let looks = 0;
    const message = await fetched('Failed', (request, response) => {
      if (request.method === 'HEAD') looks += 1;
      const now = request.method === 'HEAD' && looks === 1 ? bytes.length : bytes.length + more;
      response.writeHead(200, { 'content-length': now });
      response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(now));
    });
    expect(message).toMatch(/changed/);
  });

  it('that answers the read with a page of HTML, as a captive portal does, is not copied', async () => {
    const message = await fetched('Failed', (request, response) => {
      if (request.method === 'HEAD')
        return void response.writeHead(200, { 'content-length': bytes.length, etag: '"one"', 'accept-ranges': 'bytes' }).end();
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please sign in</h1>');
    });
    expect(message).not.toBe('');
    expect(message).not.toContain('internal error');
  });

  it('that is too busy twice is asked again, and every byte arrives', async () => {
    let requests = 0;
    const message = await fetched('Completed', (request, response) => {
      requests += 1;
      if (requests === 1 || requests === 3) return void response.writeHead(requests === 1 ? 503 : 429, { 'retry-after': '0' }).end();
      response.writeHead(200, { 'content-length': bytes.length, etag: '"one"' });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
    expect(message).toBe('');
    expect(sha256(await stage.server.get(bucket, 'fetched.bin'))).toBe(sha256(bytes));
  });
});
