// Owns the storage emulator of Azure as a child process: in memory, on a free port, gone with the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import type { ProviderAccount } from '../provider.ts';

export interface Azurite extends AsyncDisposable {
  /** With the account in its path, as the emulator wants it. */
  readonly endpoint: string;
}

/** The account that the emulator publishes in its documentation: no secret. */
const AZURITE_ACCOUNT = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
} as const;

export async function startAzurite(): Promise<Azurite> {
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const child = spawn(process.execPath, [main, '--blobPort', '0', '--inMemoryPersistence', '--disableTelemetry', '--silent'], {
    // It writes what it keeps into the working directory, if anything.
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  // A test that fails before it can close would leave it running.
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  const url = await Promise.race([
    addressIn(createInterface(child.stdout)),
    gone.then(() => Promise.reject(new Error('the emulator ended before it listened'))),
  ]);
  // Nobody reads on: a full pipe would stop it.
  child.stdout.resume();
  return {
    endpoint: `${url}/${AZURITE_ACCOUNT.name}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', stop);
      stop();
      await gone;
    },
  };
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the emulator did not say where it listens');
}

export const azureAccount = (endpoint: string): ProviderAccount => ({
  cloudType: 4,
  region: '',
  endpoint,
  accessKey: AZURITE_ACCOUNT.name,
  secretKey: AZURITE_ACCOUNT.key,
  serviceUrl: '',
});
