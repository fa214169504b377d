// Owns the agent as a whole process, built, on a data directory that outlives it, driven through its API as any client would.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CloudType, createClickClient, type Schema } from '@click-kit/contract';
import { followFrames, type FrameLog } from './frame-log.ts';
import type { ScriptLifetime } from './lifetime.ts';
import { cleanEnvironment, endProcess, forgetPeak, type Sample, usedBy } from './processes.ts';
import { keys } from './servers.ts';

export type Click = ReturnType<typeof createClickClient>;

export interface AgentProcess {
  readonly url: string;
  readonly pid: number;
  readonly token: string;
  readonly click: Click;
  readonly frames: FrameLog;
  /** In order, or at once. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export async function startAgentProcess(dataDir: string, args: readonly string[], life: ScriptLifetime): Promise<AgentProcess> {
  const child = fork(main, ['--data-dir', dataDir, '--port', '0', '--log-level', 'error', ...args], {
    // As `npm start` runs it.
    execArgv: ['--max-semi-space-size=4', '--max-old-space-size=1024'],
    env: cleanEnvironment({ NODE_ENV: 'production', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  life.add(() => endProcess(child));
  const early = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the agent ended with ${String(code)}`)));
  const [message] = (await Promise.race([once(child, 'message'), early])) as [{ url: string }];
  early.catch(() => undefined);
  const url = message.url.replace('localhost', '127.0.0.1');
  const body = { username: 'admin@example.com', password: 'click-demo' };
  const { data } = await createClickClient({ baseUrl: url }).POST('/authentication/login', { body });
  if (data === undefined) throw new Error('the demo administrator cannot sign in');
  const frames = await followFrames(url);
  return {
    url,
    pid: child.pid ?? 0,
    token: data.jwtToken,
    click: createClickClient({ baseUrl: url, token: data.jwtToken }),
    frames,
    async end(signal) {
      frames.close();
      await endProcess(child, signal);
    },
  };
}

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success; throws with the problem of anything else. */
export async function bodyOf<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined || data === null)
    throw new Error(`${response.url.split('?')[0]} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

/** An account at an S3 server or, without one, at a server of plain HTTP. */
export async function insertAccount(agent: AgentProcess, url: string, kind: 'S3' | 'HTTP', what = ''): Promise<string> {
  const name = `${kind} ${url} ${what}`.trim();
  const body: Schema<'InsertCloudAccountRequest'> =
    kind === 'S3'
      ? { ...keys, name, cloudType: CloudType.S3Generic, endpoint: url, region: 'us-east-1', serviceUrl: '' }
      : { ...keys, name, cloudType: CloudType.LocalHttp, serviceUrl: url };
  return (await bodyOf(agent.click.POST('/cloud/insert_account', { body }))).id;
}

/** What the demo administrator wants of transfers with that account (fastr_settings.md); unlimited, unless said. */
export async function insertSettings(
  { click }: AgentProcess,
  CloudAccountId: string,
  settings: Partial<Schema<'InsertFastrSettingsRequest'>>,
): Promise<void> {
  const body = { CloudAccountId, Active: true, ...settings };
  await bodyOf(click.POST('/fastrsettings/insert', { body }));
}

/** Time from the request to the Completed frame, with what the agent used meanwhile. */
export async function timed(agent: AgentProcess, start: () => Promise<string>): Promise<Sample> {
  forgetPeak(agent.pid);
  const before = usedBy(agent.pid);
  const started = performance.now();
  await agent.frames.completed(await start());
  const seconds = (performance.now() - started) / 1000;
  const after = usedBy(agent.pid);
  return { seconds, peakMB: after.peakMB, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
}
