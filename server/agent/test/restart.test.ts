// Tests of agents in processes of their own: a crash in the middle of transfers, second agents, signals and exit codes.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloudAccount as insertAccount, type SignedIn } from './agent.ts';
import { bodyOf } from './answers.ts';
import { childAgent, dataDirectory, runToEnd } from './child-agent.ts';
import { progressed, recordNotifications } from './frames.ts';
import { type Direction, gate } from './gate.ts';
import { localFiles, sha256 } from './local-files.ts';
import { objectServer } from './object-server.ts';

const KiB = 1024;
const size = 4096 * KiB + 5;
const storageName = 'bucket-a';
const smallChunks = { CLICK_AGENT_CHUNK_SIZE: String(64 * KiB) };
const timeout = 60_000;

const at = (transferId: string) => ({ params: { path: { transferId } } });
const statusOf = (click: SignedIn, transferId: string) => bodyOf(click.GET('/cloud/client_transfer/{transferId}/status', at(transferId)));

/** An agent in a process, a server behind a gate that holds after 512 KiB, and local files. */
async function scene(direction: Direction) {
  const server = await objectServer([storageName]);
  const passage = await gate(server.url, direction, 512 * KiB);
  const files = await localFiles();
  const dataDir = await dataDirectory();
  const start = () => childAgent(['--data-dir', dataDir], smallChunks);
  const agent = await start();
  const click = await agent.signIn();
  const cloudAccount = { id: await insertAccount(click, passage.url) };
  const upload = async (name: string): Promise<string> => {
    const body = { cloudAccount, storageName, uploadPath: '', localFilePath: files.path(name) };
    return (await bodyOf(click.POST('/cloud/upload_object', { body }))).transferId;
  };
  return { server, passage, files, dataDir, start, agent, click, cloudAccount, upload };
}

describe('an agent that is killed in the middle of a transfer', () => {
  it('finishes an upload when it starts again, and never shows a part of it', { timeout }, async () => {
    const { server, passage, files, start, agent, click, upload } = await scene('to-server');
    await server.put(storageName, 'crash.bin', 'the old content');
    const shown = async () => (await server.get(storageName, 'crash.bin'))?.toString();
    const bytes = await files.write('crash.bin', size);
    const transferId = await upload('crash.bin');
    await passage.holding();
    const before = await statusOf(click, transferId);
    expect(before).toMatchObject({ status: 'running', totalBytes: size });
    expect(before.transferredBytes).toBeGreaterThan(0);
    expect(await shown()).toBe('the old content');
    expect((await agent.stop('SIGKILL')).code).toBeNull();
    expect(await shown()).toBe('the old content');

    const again = await start();
    const notifications = await recordNotifications(again.url);
    const second = await again.signIn();
    await passage.holding();
    expect((await statusOf(second, transferId)).status).toBe('running');
    expect(await shown()).toBe('the old content');
    const passed = passage.passed();
    passage.release();
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await server.get(storageName, 'crash.bin'))).toBe(sha256(bytes));
    // What was durable is not sent again.
    expect(passage.passed() - passed).toBeLessThan(size - before.transferredBytes + 128 * KiB);
    expect(await server.unfinished()).toEqual([]);
    expect(await statusOf(second, transferId)).toMatchObject({ status: 'completed', transferredBytes: size, errorMessage: null });
    const history = await bodyOf(second.GET('/transferhistory/get_all', { params: { query: { origin: 8, status: 4 } } }));
    expect(history.data.filter(({ name }) => name === 'crash.bin')).toHaveLength(1);
    expect((await again.stop('SIGTERM')).code).toBe(0);
  });

  it('leaves a paused upload paused, and finishes it once it is resumed', { timeout }, async () => {
    const { server, passage, files, start, agent, click, upload } = await scene('to-server');
    const bytes = await files.write('paused.bin', size);
    const transferId = await upload('paused.bin');
    await passage.holding();
    const pausing = click.POST('/cloud/client_transfer/{transferId}/pause', at(transferId));
    passage.allow(1024 * KiB);
    expect((await pausing).response.status).toBe(200);
    const paused = await statusOf(click, transferId);
    await agent.stop('SIGKILL');
    passage.release();

    const again = await start();
    const notifications = await recordNotifications(again.url);
    const second = await again.signIn();
    expect(await statusOf(second, transferId)).toMatchObject({
      status: 'paused',
      transferredBytes: paused.transferredBytes,
      startTime: paused.startTime,
    });
    expect(await server.list(storageName)).toEqual([]);
    const passed = passage.passed();
    expect((await second.POST('/cloud/client_transfer/{transferId}/resume', at(transferId))).response.status).toBe(200);
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await server.get(storageName, 'paused.bin'))).toBe(sha256(bytes));
    expect(passage.passed() - passed).toBeLessThan(size - paused.transferredBytes + 64 * KiB);
    expect(await server.unfinished()).toEqual([]);
  });

  it('finishes a download, and an upload by form whose only copy is in its data directory', { timeout }, async () => {
    const { server, passage, files, dataDir, start, agent, click, cloudAccount } = await scene('to-client');
    const bytes = await files.write('origin.bin', size);
    await server.put(storageName, 'origin.bin', bytes);
    const uploads = await gate(server.url, 'to-server', 256 * KiB);
    const form = new FormData();
    form.append('file', new File([new Uint8Array(bytes)], 'form.bin'));
    form.append('cloudAccountJson', JSON.stringify({ id: await insertAccount(click, uploads.url) }));
    form.append('storageName', storageName);
    const answer = await fetch(`${agent.url}/cloud/upload_object_from_form`, { method: 'POST', body: form });
    const { transferId: uploadId } = (await answer.json()) as { transferId: string };
    const body = { cloudAccount, storageName, objectKey: 'origin.bin', downloadPath: files.path('down'), objectType: 1 as const };
    const { transferId: downloadId } = await bodyOf(click.POST('/cloud/download_object', { body }));
    await Promise.all([passage.holding(), uploads.holding()]);
    await agent.stop('SIGKILL');
    expect(await files.list('down')).toEqual([expect.stringMatching(/^\..*\.part$/)]);

    const again = await start();
    const notifications = await recordNotifications(again.url);
    passage.release();
    uploads.release();
    await Promise.all([progressed(notifications, downloadId, 'Completed'), progressed(notifications, uploadId, 'Completed')]);
    expect(await files.list('down')).toEqual(['origin.bin']);
    expect(sha256(await files.read('down/origin.bin'))).toBe(sha256(bytes));
    expect(sha256(await server.get(storageName, 'form.bin'))).toBe(sha256(bytes));
    const staged = async () => (await readdir(join(dataDir, 'tmp'), { recursive: true })).filter((name) => name.endsWith('.bin'));
    await expect.poll(staged, { timeout: 10_000 }).toEqual([]);
  });
});

describe('an agent that is stopped in order in the middle of a transfer', () => {
  it('exits with 0 and finishes the upload when it starts again', { timeout }, async () => {
    const { server, passage, files, start, agent, upload } = await scene('to-server');
    const bytes = await files.write('stopped.bin', size);
    const transferId = await upload('stopped.bin');
    await passage.holding();
    const stopping = agent.stop('SIGINT');
    passage.allow(512 * KiB);
    expect(await stopping).toMatchObject({ code: 0 });
    expect(await server.list(storageName)).toEqual([]);
    const again = await start();
    const notifications = await recordNotifications(again.url);
    passage.release();
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await server.get(storageName, 'stopped.bin'))).toBe(sha256(bytes));
  });
});

describe('a second agent', () => {
  it('is refused on the port and on the data directory of the first, with one line and exit code 1', { timeout }, async () => {
    const dataDir = await dataDirectory();
    const first = await childAgent(['--data-dir', dataDir]);
    const { port } = new URL(first.url);
    const [samePort, sameData] = await Promise.all([
      runToEnd(['--ephemeral', '--port', port]),
      runToEnd(['--data-dir', dataDir, '--port', '0']),
    ]);
    expect(samePort).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(new RegExp(`^Port ${port} is in use[^\\n]*\\n$`)) });
    expect(sameData).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^The data directory is in use[^\n]*\n$/) });
    expect((await fetch(`${first.url}/management/agent_status`)).status).toBe(200);
    expect((await first.stop('SIGINT')).code).toBe(0);
    const next = await childAgent(['--data-dir', dataDir]);
    expect((await next.stop('SIGINT')).code).toBe(0);
  });
});

describe('the command line', () => {
  it('that cannot be understood ends with 64, one line and nothing started', { timeout }, async () => {
    const attempts = [['--no-such-flag'], ['--port', 'x'], ['--ephemeral', '--data-dir', '/nowhere'], ['--chunk-size', '1']];
    for (const { code, stdout, stderr } of await Promise.all(attempts.map((argv) => runToEnd(argv)))) {
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toMatch(/^[^\n]+\n$/);
    }
  });

  it('with --ephemeral keeps nothing after SIGINT, which exits with 0', { timeout }, async () => {
    const temporary = await dataDirectory();
    const folders = async () => (await readdir(temporary)).filter((name) => name.startsWith('click-agent-'));
    const agent = await childAgent(['--ephemeral', '--log-level', 'error'], { TMPDIR: temporary, TEMP: temporary });
    expect(await folders()).toHaveLength(1);
    const { code, stdout, stderr } = await agent.stop('SIGINT');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^click-agent listens on http:\/\/localhost:\d+, keeps nothing[^\n]*\n$/);
    expect(await folders()).toEqual([]);
  });
});
