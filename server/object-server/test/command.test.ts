import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ACCESS_KEY, AUTHORIZATION, OFFSET_TYPE, openRaw, readRaw, SECRET_KEY, send, temporaryDirectory, TUS, until } from './fixture.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const MIB = 1024 * 1024;
const environment = { ...process.env, OBJECT_SERVER_ACCESS_KEY: ACCESS_KEY, OBJECT_SERVER_SECRET_KEY: SECRET_KEY };

interface Started {
  child: ChildProcess;
  port: number;
  output: () => string;
}

async function start(...args: string[]): Promise<Started> {
  const child = fork(MAIN, ['--port', '0', '--bucket', 'bucket', ...args], {
    execArgv: ['--import', 'tsx'],
    env: environment,
    silent: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(output)))])) as [
    { type: string; url: string; port: number },
  ];
  expect(message).toEqual({ type: 'ready', url: `http://127.0.0.1:${message.port}`, port: message.port });
  return { child, port: message.port, output: () => output };
}

async function runToEnd(args: string[], env: NodeJS.ProcessEnv = environment): Promise<{ code: number; text: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], { env, timeout: 15_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });
}

test('the command says where it listens, in one line, and ends cleanly on a signal', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { child, port, output } = await start('--ephemeral');
    expect((await send(port, 'GET', '/bucket')).status).toBe(200);
    await until(async () => output().includes('\n'));
    const directory = /data in (\S+)\n$/.exec(output())?.[1] ?? '';
    expect(output()).toBe(`click-object-server listens on http://127.0.0.1:${port}, data in ${directory}\n`);
    await access(directory);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(access(directory)).rejects.toThrow('ENOENT');
  }
});

test('a stop cuts a request that does not end within the deadline of a signal', async () => {
  const { child, port } = await start('--ephemeral', '--quiet');
  const socket = await openRaw(port, ['PUT /bucket/f HTTP/1.1', 'Content-Length: 10', 'Expect: 100-continue']);
  await once(socket, 'readable');
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  const end = await readRaw(socket).then(
    (text) => text,
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(['HTTP/1.1 100 Continue\r\n\r\n', 'ECONNRESET']).toContain(end);
});

test('a port, a directory and arguments that cannot be used are told in one clear line', async () => {
  const dataDir = await temporaryDirectory();
  const { port } = await start('--data-dir', dataDir, '--quiet');
  const taken = await runToEnd(['--ephemeral', '--port', String(port)]);
  expect(taken).toEqual({ code: 1, text: expect.stringMatching(/^click-object-server: The port is in use[^\n]*\n$/) });
  const inUse = await runToEnd(['--port', '0', '--data-dir', dataDir]);
  expect(inUse).toEqual({
    code: 1,
    text: expect.stringMatching(/^click-object-server: The data directory [^\n]* is in use by process \d+\.\n$/),
  });
  expect(await runToEnd(['--port', 'x'])).toMatchObject({ code: 64, text: expect.stringContaining('--port must be') });
  expect(await runToEnd(['--ephemeral'], { PATH: process.env['PATH'] })).toMatchObject({
    code: 64,
    text: expect.stringContaining('OBJECT_SERVER_ACCESS_KEY'),
  });
  expect(await runToEnd(['--help'])).toMatchObject({ code: 0, text: expect.stringContaining('--data-dir') });
});

test('after kill -9 in the middle of a chunk the upload goes on from its last checkpoint', async () => {
  const dataDir = await temporaryDirectory();
  const total = 80 * MIB;
  const first = await start('--data-dir', dataDir, '--quiet');
  const created = await send(first.port, 'POST', '/bucket/big', { headers: { ...TUS, 'upload-length': total } });
  const location = created.headers.location ?? '';
  const head = [`PATCH ${location} HTTP/1.1`, 'Tus-Resumable: 1.0.0', `Content-Type: ${OFFSET_TYPE}`, 'Upload-Offset: 0'];
  const socket = await openRaw(first.port, [...head, `Content-Length: ${total}`]);
  socket.on('error', () => socket.destroy());
  for (let sent = 0; sent < 40; sent += 1) socket.write(Buffer.alloc(MIB, sent));
  const offset = async (port: number): Promise<number> =>
    Number((await send(port, 'HEAD', location, { headers: TUS })).headers['upload-offset']);
  await until(async () => (await offset(first.port)) >= 32 * MIB, 15_000);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await start('--data-dir', dataDir, '--quiet');
  expect((await send(second.port, 'GET', '/bucket/big')).status).toBe(404);
  const from = await offset(second.port);
  expect(from).toBeGreaterThanOrEqual(32 * MIB);
  const content = Buffer.concat(Array.from({ length: 80 }, (_, n) => Buffer.alloc(MIB, n)));
  const headers = { ...TUS, 'content-type': OFFSET_TYPE, 'upload-offset': from };
  expect((await send(second.port, 'PATCH', location, { headers, body: content.subarray(from) })).status).toBe(204);
  const got = await fetch(`http://127.0.0.1:${second.port}/bucket/big`, { headers: { authorization: AUTHORIZATION } });
  expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);
});
