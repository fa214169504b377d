// Owns a real S3 server for tests: the Versity gateway over a folder, where its program can be had.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env['CLICK_VERSITYGW'] ?? 'versitygw';

export const GATEWAY_KEYS = { accessKey: 'gateway', secretKey: 'gateway-secret' } as const;

/** Why there is none; undefined when there is one. */
export const noGateway: string | undefined =
  spawnSync(program, ['--version'], { timeout: 10_000 }).status === 0
    ? undefined
    : 'versitygw is not on PATH nor in $CLICK_VERSITYGW: go install github.com/versity/versitygw/cmd/versitygw@v1.8.0';

export interface Gateway {
  readonly url: string;
  close(): Promise<void>;
}

export async function startGateway(bucket: string, flags: readonly string[] = []): Promise<Gateway> {
  const directory = await mkdtemp(join(tmpdir(), 'provider-versity-'));
  const data = join(directory, 'data');
  const metadata = join(directory, 'metadata');
  for (const folder of [join(data, bucket), metadata]) await mkdir(folder, { recursive: true });
  const port = await freePort();
  const keys = ['--access', GATEWAY_KEYS.accessKey, '--secret', GATEWAY_KEYS.secretKey];
  const child = spawn(program, [...keys, '--port', `127.0.0.1:${port}`, ...flags, 'posix', '--sidecar', metadata, data]);
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill();
    await closed;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await told(child, `127.0.0.1:${port}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, close: stop };
}

/** Fulfils when the program has said `words`; what it says later is read away. */
function told(child: ChildProcessWithoutNullStreams, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said: string | undefined = '';
    const failed = (): void => reject(new Error(`versitygw does not start: ${said}`));
    const deadline = setTimeout(failed, 10_000);
    child.once('close', failed);
    child.once('error', failed);
    const listen = (bytes: Buffer): void => {
      if (said === undefined) return;
      said += bytes.toString();
      if (!said.includes(words)) return;
      said = undefined;
      clearTimeout(deadline);
      resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
