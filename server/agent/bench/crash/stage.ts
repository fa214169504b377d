// Owns what survives every crash: the servers, the relays before them, the sources, the data directory of the agent.
import { mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentProcess, insertAccount, startAgentProcess } from '../parts/agent.ts';
import type { ScriptLifetime } from '../parts/lifetime.ts';
import { type Relay, startRelay } from '../parts/relay.ts';
import { bucket, findVersity, keys, startObjectProcess, startVersity } from '../parts/servers.ts';
import { randomFile, workspace } from '../parts/workspace.ts';
import { type Fingerprint, folderStore, objectStore, type Store, versityStore } from './stores.ts';

const MiB = 1024 * 1024;
/** So that a transfer takes long enough for a random moment to fall into its middle. */
const bytesPerSecond = 100 * MiB;
export const smallObjects = 200;

export interface Server {
  readonly store: Store;
  readonly relay: Relay;
  account: string;
}

export interface Stage {
  readonly files: string;
  readonly local: Store;
  readonly from: Server;
  readonly to: Server;
  /** Undefined without the Versity gateway. */
  readonly s3: Server | undefined;
  /** Of `one/` and of `many/`, which every store has. */
  readonly wanted: Readonly<Record<'one' | 'many', Fingerprint>>;
  start(): Promise<AgentProcess>;
}

export async function setStage(size: number, life: ScriptLifetime, say: (text: string) => void): Promise<Stage> {
  const folder = workspace('crash', 12 * size, life);
  const files = join(folder, 'files');
  say('writing random bytes, and to the stores');
  await randomFile(join(files, 'one', 'source.bin'), size);
  for (let n = 0; n < smallObjects; n += 1) await randomFile(join(files, 'many', `${n}.bin`), Math.ceil(size / smallObjects));
  const local = folderStore(files);
  const wanted = { one: await local.fingerprint('one'), many: await local.fingerprint('many') };
  const [from, to] = [await objectServerIn(join(folder, 'from'), life), await objectServerIn(join(folder, 'to'), life)];
  await fill(from.url, files);
  const s3 = findVersity() === undefined ? undefined : await versityIn(join(folder, 's3'), files, life);
  if (s3 === undefined)
    say('without S3: versitygw is not installed, and s3rver cannot tell the parts of an upload, so that none could go on');
  mkdirSync(join(folder, 'data'));
  const start = (): Promise<AgentProcess> => startAgentProcess(join(folder, 'data'), [], life);
  const agent = await start();
  for (const server of [from, to]) server.account = await insertAccount(agent, server.relay.url, 'HTTP');
  if (s3 !== undefined) s3.account = await insertAccount(agent, s3.relay.url, 'S3');
  await agent.end('SIGTERM');
  return { files, local, from, to, s3, wanted, start };
}

async function objectServerIn(folder: string, life: ScriptLifetime): Promise<Server & { url: string }> {
  const { url, dataDir } = await startObjectProcess(folder, life);
  return { url, store: objectStore(url, dataDir), relay: await startRelay(url, life, bytesPerSecond), account: '' };
}

async function versityIn(folder: string, files: string, life: ScriptLifetime): Promise<Server> {
  const { url, objects } = await startVersity(folder, life);
  for (const name of ['one', 'many']) await cp(join(files, name), join(objects, name), { recursive: true });
  return { store: versityStore(url, objects), relay: await startRelay(url, life, bytesPerSecond), account: '' };
}

async function fill(url: string, files: string): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
  const names = ['one/source.bin', ...Array.from({ length: smallObjects }, (_, n) => `many/${n}.bin`)];
  const { openAsBlob } = await import('node:fs');
  for (const name of names) {
    const answer = await fetch(`${url}/${bucket}/${name}`, { method: 'PUT', headers, body: await openAsBlob(join(files, name)) });
    if (!answer.ok) throw new Error(`PUT ${name} was answered ${answer.status}`);
  }
}
