import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ACCESS_KEY, SECRET_KEY, send, startFixture, temporaryDirectory, type Fixture } from './fixture.ts';
import { gate, KIB, object, pushesOf, type Pushes } from './push-fixture.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SIZE = 2048 * KIB + 3;

async function start(dataDir: string): Promise<{ child: ChildProcess; pushes: Pushes }> {
  const child = fork(MAIN, ['--port', '0', '--bucket', 'bucket', '--data-dir', dataDir, '--quiet'], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, OBJECT_SERVER_ACCESS_KEY: ACCESS_KEY, OBJECT_SERVER_SECRET_KEY: SECRET_KEY },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const fixture = { dataDir, call: (method, path, call) => send(port, method, path, call) } as Fixture;
  return { child, pushes: pushesOf(fixture) };
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a push goes on where it was after %s in the middle of it, without being told',
  async (signal) => {
    const [dataDir, target] = [await temporaryDirectory(), await startFixture()];
    const first = await start(dataDir);
    const bytes = await object(first.pushes.source, 'crash.bin', SIZE);
    const passage = await gate(target.server.port, 700 * KIB);
    const id = await first.pushes.ask(passage.url, 'crash.bin');
    await passage.holding();
    const before = await first.pushes.status(id);
    expect(before.status).toBe('running');
    expect(before.bytes).toBeGreaterThan(500 * KIB);
    first.child.kill(signal);
    await once(first.child, 'exit');
    const passed = passage.passed();
    passage.release();

    const second = await start(dataDir);
    expect(await second.pushes.reaches(id)).toMatchObject({ status: 'completed', bytes: SIZE, checksumVerified: true });
    expect((await target.call('GET', '/bucket/crash.bin')).body.equals(bytes)).toBe(true);
    // What was durable at the target is not sent again; what the gate held is counted, too.
    expect(passage.passed() - passed).toBeLessThan(SIZE - before.bytes + 128 * KIB);
  },
  30_000,
);

test('a paused push stays paused over a restart', async () => {
  const [dataDir, target] = [await temporaryDirectory(), await startFixture()];
  const first = await start(dataDir);
  const bytes = await object(first.pushes.source, 'paused.bin', SIZE);
  const passage = await gate(target.server.port, 700 * KIB);
  const id = await first.pushes.ask(passage.url, 'paused.bin');
  await passage.holding();
  const pausing = first.pushes.command(id, 'pause');
  const paused = (await pausing).json;
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  passage.release();
  const second = await start(dataDir);
  expect(await second.pushes.status(id)).toEqual(paused);
  await second.pushes.command(id, 'resume');
  expect(await second.pushes.reaches(id)).toMatchObject({ status: 'completed', checksumVerified: true });
  expect((await target.call('GET', '/bucket/paused.bin')).body.equals(bytes)).toBe(true);
}, 30_000);
