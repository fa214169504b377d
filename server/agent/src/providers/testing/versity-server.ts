// Owns a real S3 server with signatures, ListParts and AbortMultipartUpload, where the machine has one (versitygw).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasVersity: boolean = spawnSync('versitygw', ['--version']).status === 0;

export interface VersityServer extends AsyncDisposable {
  readonly url: string;
}

const START_MS = 15_000;

export async function startVersity(options: { accessKey: string; secretKey: string; region: string }): Promise<VersityServer> {
  const directory = await mkdtemp(join(tmpdir(), 'provider-versity-'));
  const port = await freePort();
  const { accessKey, secretKey, region } = options;
  const keys = ['--access', accessKey, '--secret', secretKey, '--region', region];
  const child = spawn('versitygw', [...keys, '--quiet', '--keep-alive', '--port', `127.0.0.1:${port}`, 'posix', directory], {
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  // A test that fails before it can close would leave it running.
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  await listening(port);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', stop);
      stop();
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The server says that it listens before it does: so connections are tried until one is taken. */
async function listening(port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const taken = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (taken) return;
  }
  throw new Error('versitygw did not listen in time');
}
