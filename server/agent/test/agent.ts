// Owns starting a whole agent for a test: real sockets, a real database in a temporary folder, responses validated.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickClient, type Schema } from '@click-kit/contract';
import { type Agent, startAgent } from '../src/app.ts';
import { type Config, readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { forTest, type Lifetime } from './lifetime.ts';
import { keys } from './object-server.ts';

export interface TestAgent {
  readonly url: string;
  readonly dataDir: string;
  /** Everything that was logged, one JSON record a line. */
  readonly logged: () => string;
  readonly close: () => Promise<void>;
  /** A client that is signed in, as the demo administrator unless told otherwise. */
  readonly signIn: (username?: string) => Promise<ReturnType<typeof createClickClient> & { token: string }>;
  /** Sends anything, without the types. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
}

/** `settings` override the defaults; `dataDir` continues an earlier agent. */
export async function agent(settings: Partial<Config> = {}, lifetime: Lifetime = forTest): Promise<TestAgent> {
  const dataDir = settings.dataDir ?? (await mkdtemp(join(tmpdir(), 'click-test-agent-')));
  const line = readConfig({ argv: ['--port', '0'], env: {}, home: dataDir, readFile: () => undefined });
  if (line.command !== 'run') throw new Error('unreachable: no --help was given');
  const lines: string[] = [];
  const log = createLogger('debug', { write: (text) => void lines.push(text) });
  const running: Agent = await startAgent({ ...line.config, validateResponses: true, ...settings, dataDir }, { log });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= running.close());
  lifetime(async () => {
    await close();
    if (settings.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  });
  return {
    url: running.url,
    dataDir,
    logged: () => lines.join(''),
    close,
    send: (path, init) => fetch(`${running.url}${path}`, init),
    async signIn(username = 'admin@example.com') {
      const anonymous = createClickClient({ baseUrl: running.url });
      const { data } = await anonymous.POST('/authentication/login', { body: { username, password: 'click-demo' } });
      if (data === undefined || data.jwtToken === '') throw new Error(`${username} cannot sign in`);
      return { ...createClickClient({ baseUrl: running.url, token: data.jwtToken }), token: data.jwtToken };
    },
  };
}

export type SignedIn = Awaited<ReturnType<TestAgent['signIn']>>;

/** Registers a server as a cloud account, through the API. */
export async function cloudAccount(
  click: SignedIn,
  serviceUrl: string,
  fields: Partial<Schema<'InsertCloudAccountRequest'>> = {},
): Promise<string> {
  const { data, error } = await click.POST('/cloud/insert_account', {
    body: { name: `server ${serviceUrl}`, cloudType: 2048, serviceUrl, ...keys, ...fields },
  });
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data.id;
}
