// Whole-agent tests of what P2P transfers do with keys, what survives a restart, and what is refused.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { sha256 } from './local-files.ts';
import { keys } from './object-server.ts';
import { httpServer } from './plain-servers.ts';
import { at, callsOf, type Initiate, MiB, p2pScene, timeout } from './p2p-scene.ts';

const scene = p2pScene();
const { order, initiate, statusOf, object, allOf, ended } = callsOf(scene);

describe('the keys', () => {
  it('of the source account never reach a target that no account was named for', { timeout }, async () => {
    const seen: (string | undefined)[] = [];
    const stranger = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      response.writeHead(403).end();
    });
    await object('anonymous.bin', randomBytes(10));
    const { targetAccount: _none, ...body } = order('anonymous.bin', { targetServerUrl: stranger });
    const { transferId } = await bodyOf(initiate(body));
    expect(await ended(transferId)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('refuses the credentials') });
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('that came with the request open the source server after a restart, and lie nowhere in clear', { timeout: 60_000 }, async () => {
    const own = await agent();
    const as = await own.signIn();
    const passage = await gate(scene.target.url, 'to-server', 1.5 * MiB);
    const bytes = await object('restart.bin');
    const inline = { cloudType: 2048, serviceUrl: scene.source.url, ...keys } as const;
    const targetAccount = { cloudType: 2048, serviceUrl: passage.url, ...keys } as const;
    const body = order('restart.bin', { sourceAccount: inline, targetAccount, targetServerUrl: passage.url });
    const { transferId } = await bodyOf(initiate(body, as));
    await passage.holding();
    await own.close();
    for (const file of ['agent.db', 'agent.db-wal'])
      expect((await readFile(join(own.dataDir, file)).catch(() => Buffer.alloc(0))).includes(keys.secretKey)).toBe(false);
    expect(own.logged()).not.toContain(keys.secretKey);

    const again = await agent({ dataDir: own.dataDir });
    const notifications = await recordNotifications(again.url);
    const anew = await again.signIn();
    expect((await allOf(anew)).map((one) => one.transferId)).toEqual([transferId]);
    passage.release();
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await scene.target.get('bucket-b', 'to/restart.bin'))).toBe(sha256(bytes));
    const { data } = await bodyOf(anew.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'restart.bin')).toHaveLength(1);
    await again.close();
    const third = await agent({ dataDir: own.dataDir });
    const last = await third.signIn();
    expect([await allOf(last), (await statusOf(transferId, last)).status]).toEqual([[], 'completed']);
  });

  it('of a shared account are given to another server by its owner and by administrators only', { timeout }, async () => {
    const shared = await insertAccount(scene.click, scene.target.url, { name: 'shared target', shared: true });
    const user = await scene.running.signIn('user@example.com');
    const sourceAccount = { cloudType: 2048, serviceUrl: scene.source.url, ...keys } as const;
    const body = order('shared.bin', { sourceAccount, targetAccount: { id: shared } });
    expect(await refusalOf(initiate(body, user))).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('a P2P transfer is refused', () => {
  it('when a required field is missing, or a field is out of bounds', async () => {
    for (const field of ['sourceAccount', 'sourceBucket', 'sourcePath', 'targetServerUrl', 'targetBucket', 'targetPath'] as const) {
      const { [field]: _gone, ...body } = order('x');
      expect(await refusalOf(initiate(body as Initiate)), field).toMatchObject({ status: 499, code: 'DEFAULT' });
    }
    for (const chunkSizeMB of [0, -1, 1025, 1.5])
      expect(await refusalOf(initiate(order('x', { chunkSizeMB })))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('for addresses that are none, and for accounts of other servers or kinds', async () => {
    for (const targetServerUrl of ['ftp://x', 'nowhere', '/', `${scene.target.url}/?a=b`])
      expect(await refusalOf(initiate(order('x', { targetServerUrl })))).toMatchObject({ status: 499, code: 'DEFAULT' });
    for (const targetServerUrl of ['http://user:secret@localhost/', scene.source.url])
      expect(await refusalOf(initiate(order('x', { targetServerUrl })))).toMatchObject({ status: 499, code: 'SECURITY' });
    const s3 = { cloudType: 1, accessKey: 'a', secretKey: 'b' } as const;
    for (const more of [{ sourceAccount: s3 }, { targetAccount: s3 }, { sourceAccount: {} }])
      expect(await refusalOf(initiate(order('x', more)))).toMatchObject({ status: 499, code: 'DEFAULT' });
    const unknown = { id: '00000000-0000-4000-8000-000000000000' };
    for (const more of [{ sourceAccount: unknown }, { targetAccount: unknown }])
      expect(await refusalOf(initiate(order('x', more)))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('by the source server: no such object, wrong keys, no server that pushes, nobody there', { timeout }, async () => {
    expect(await refusalOf(initiate(order('nothing.bin')))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect((await allOf()).at(-1)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('404') });
    const wrong = { cloudType: 2048, serviceUrl: scene.source.url, accessKey: 'a', secretKey: 'wrong' } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: wrong })))).toMatchObject({ status: 499, code: 'ACCESS' });
    const plain = await httpServer((request, response) => void request.resume().once('end', () => response.writeHead(200).end('hello')));
    const foreign = { cloudType: 2048, serviceUrl: plain, ...keys } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: foreign })))).toMatchObject({ status: 499, code: 'DEFAULT' });
    const nobody = { cloudType: 2048, serviceUrl: 'http://127.0.0.1:9', ...keys } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: nobody })))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('to those of another account, for whom it does not exist', { timeout }, async () => {
    await object('mine.bin', randomBytes(10));
    const { transferId } = await bodyOf(initiate(order('mine.bin', { overwrite: true })));
    const stranger = await scene.running.signIn('owner@example.org');
    for (const call of [
      stranger.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/pause', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/resume', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/cancel', at(transferId)),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await allOf(stranger)).toEqual([]);
  });
});
