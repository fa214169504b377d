// Whole-agent tests of targets that are not what they claim: they lose what they took, store something else, or forget a session.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { startObjectServer } from '@click-kit/object-server';
import { beforeAll, describe, expect, it } from 'vitest';
import { progressed, recordNotifications } from '../frames.ts';
import { gate } from '../gate.ts';
import { forGroup, forTest } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { keys } from '../object-server.ts';
import { httpServer } from '../plain-servers.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const size = 300 * KiB + 5;
const lifetime = forGroup();
let stage: FaultStage;

beforeAll(async () => {
  stage = await faultStage(lifetime);
});

interface Liar {
  readonly url: string;
  readonly stored: Map<string, Buffer>;
}

/** Takes PUT, answers 201, and keeps what `store` makes of the body. */
async function liar(store: (bytes: Buffer) => Buffer | undefined): Promise<Liar> {
  const stored = new Map<string, Buffer>();
  const url = await httpServer((request, response) => {
    const { method, url: path = '' } = request;
    if (path === '/') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"buckets":[]}');
    if (method === 'PUT') {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      return void request.once('end', () => {
        const kept = store(Buffer.concat(pieces));
        if (kept !== undefined) stored.set(path, kept);
        response.writeHead(201).end();
      });
    }
    const kept = stored.get(path);
    if (method === 'DELETE') return void response.writeHead(stored.delete(path) ? 204 : 404).end();
    if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405).end();
    if (kept === undefined) return void response.writeHead(404).end();
    const eTag = `"${createHash('sha256').update(kept).digest('hex')}"`;
    response.writeHead(200, { 'content-length': kept.length, etag: eTag }).end(method === 'HEAD' ? undefined : kept);
  });
  return { url, stored };
}

describe('a target that answers 201', () => {
  it.each([
    ['and keeps a byte less', (bytes: Buffer) => bytes.subarray(1)],
    ['and keeps a byte more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
    ['and keeps nothing', () => undefined],
  ])('%s fails the transfer, and the wrong copy is removed', async (_what, store) => {
    const { url, stored } = await liar(store);
    const account = await stage.accountAt(url);
    await stage.files.write('lied.bin', size);
    const message = await stage.run('Failed', () => stage.upload(account, 'lied.bin'));
    expect(message).toMatch(/up\/lied\.bin/);
    expect(message).toContain(String(size));
    expect([...stored.keys()]).toEqual([]);
  });

  it('and keeps other bytes of the same number is found out by VerifyChecksum', async () => {
    const { url, stored } = await liar((bytes) => Buffer.from(bytes.map((byte, at) => (at === 1000 ? byte ^ 1 : byte))));
    const account = await stage.accountAt(url);
    await stage.click.POST('/fastrsettings/insert', { body: { CloudAccountId: account, VerifyChecksum: true } });
    await stage.files.write('damaged.bin', size);
    const message = await stage.run('Failed', () => stage.upload(account, 'damaged.bin'));
    expect(message).toMatch(/differs from its source and was removed.*SHA-256/);
    expect([...stored.keys()]).toEqual([]);
  });

  it('and is honest completes under the same check', async () => {
    const { url, stored } = await liar((bytes) => bytes);
    const account = await stage.accountAt(url);
    await stage.click.POST('/fastrsettings/insert', { body: { CloudAccountId: account, VerifyChecksum: true } });
    const bytes = await stage.files.write('honest.bin', size);
    await stage.run('Completed', () => stage.upload(account, 'honest.bin'));
    expect(sha256(stored.get(`/${bucket}/up/honest.bin`))).toBe(sha256(bytes));
  });
});

describe('a target that has dropped the session of a paused upload', () => {
  it('gets the whole object anew, and every byte arrives', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'click-test-forgetful-'));
    forTest(() => rm(dataDir, { recursive: true, force: true }));
    const server = await startObjectServer({ dataDir, port: 0, ...keys, buckets: [bucket] });
    forTest(() => server.close());
    const passage = await gate(server.url, 'to-server', 400 * KiB);
    const account = await stage.accountAt(passage.url);
    const bytes = await stage.files.write('forgotten.bin', Buffer.from(randomBytes(2048 * KiB)));
    const notifications = await recordNotifications(stage.running.url);
    const transferId = await stage.upload(account, 'forgotten.bin');
    const params = { params: { path: { transferId } } };
    await passage.holding();
    const pausing = stage.click.POST('/cloud/client_transfer/{transferId}/pause', params);
    passage.allow(300 * KiB);
    expect((await pausing).response.status).toBe(200);
    const uploads = join(dataDir, 'uploads');
    const sessions = await readdir(uploads);
    expect(sessions.length).toBeGreaterThan(0);
    for (const name of sessions) await rm(join(uploads, name), { recursive: true });
    passage.release();
    expect((await stage.click.POST('/cloud/client_transfer/{transferId}/resume', params)).response.status).toBe(200);
    await progressed(notifications, transferId, 'Completed');
    const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
    const answer = await fetch(`${server.url}/${bucket}/up/forgotten.bin`, { headers });
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
  });
});
