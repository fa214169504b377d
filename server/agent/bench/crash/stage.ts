// Owns what survives every crash: the servers, the relays before them, the sources, the data directory of the agent.
import { mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { FileExistsAction } from '@click-kit/contract';
import { type AgentProcess, insertAccount, insertSettings, startAgentProcess } from '../parts/agent.ts';
import type { ScriptLifetime } from '../parts/lifetime.ts';
import { type Relay, startRelay } from '../parts/relay.ts';
import { bucket, findVersity, keys, startObjectProcess, startVersity } from '../parts/servers.ts';
import { randomFile, workspace } from '../parts/workspace.ts';
import { type Fingerprint, folderStore, objectStore, type Store, versityStore } from './stores.ts';

const MiB = 1024 * 1024;
/** So that a transfer takes long enough for a random moment to fall into its middle. */
const bytesPerSecond = 100 * MiB;
const smallObjects = 200;
const largeObjects = 6;
const crumbBytes = 4096;

/** `one` object, `many` of one size, and a folder that has large and small ones by turns. */
export type SourceName = 'one' | 'many' | 'mixed';
const sourceNames: readonly SourceName[] = ['one', 'many', 'mixed'];

export interface Server {
  readonly store: Store;
  readonly relay: Relay;
  account: string;
  /** Accounts of their own at the same server, whose settings are KeepBoth, and KeepBoth with VerifyChecksum. */
  keeping: string;
  proving: string;
}

export interface Stage {
  readonly files: string;
  readonly local: Store;
  readonly from: Server;
  readonly to: Server;
  /** Undefined without the Versity gateway. */
  readonly s3: Server | undefined;
  /** Of the folders of these names, which every store has. */
  readonly wanted: Readonly<Record<SourceName, Fingerprint>>;
  start(): Promise<AgentProcess>;
}

export async function setStage(size: number, life: ScriptLifetime, say: (text: string) => void): Promise<Stage> {
  const folder = workspace('crash', 16 * size, life);
  const files = join(folder, 'files');
  say('writing random bytes, and to the stores');
  const sources = sourcesOf(size);
  for (const [name, bytes] of sources) await randomFile(join(files, name), bytes);
  const local = folderStore(files);
  const [one, many, mixed] = [await local.fingerprint('one'), await local.fingerprint('many'), await local.fingerprint('mixed')];
  const [from, to] = [await objectServerIn(join(folder, 'from'), life), await objectServerIn(join(folder, 'to'), life)];
  await fill(from.url, files, [...sources.keys()]);
  const s3 = findVersity() === undefined ? undefined : await versityIn(join(folder, 's3'), files, life);
  if (s3 === undefined)
    say('without S3: versitygw is not installed, and s3rver cannot tell the parts of an upload, so that none could go on');
  mkdirSync(join(folder, 'data'));
  const start = (): Promise<AgentProcess> => startAgentProcess(join(folder, 'data'), [], life);
  const agent = await start();
  for (const server of [from, to]) await giveAccounts(agent, server, 'HTTP');
  if (s3 !== undefined) await giveAccounts(agent, s3, 'S3');
  await agent.end('SIGTERM');
  return { files, local, from, to, s3, wanted: { one, many, mixed }, start };
}

/** Names and bytes. */
function sourcesOf(size: number): ReadonlyMap<string, number> {
  const sources = new Map([['one/source.bin', size]]);
  for (let n = 0; n < smallObjects; n += 1) sources.set(`many/${n}.bin`, Math.ceil(size / smallObjects));
  for (let n = 0; n < smallObjects; n += 1) {
    const large = n % Math.ceil(smallObjects / largeObjects) === 0;
    sources.set(`mixed/${n}.bin`, large ? Math.ceil(size / largeObjects) : crumbBytes);
  }
  return sources;
}

async function giveAccounts(agent: AgentProcess, server: Server, kind: 'S3' | 'HTTP'): Promise<void> {
  const { url } = server.relay;
  server.account = await insertAccount(agent, url, kind);
  server.keeping = await insertAccount(agent, url, kind, 'keeping');
  await insertSettings(agent, server.keeping, { FileExistsAction: FileExistsAction.KeepBoth, VerifyChecksum: false });
  server.proving = await insertAccount(agent, url, kind, 'proving');
  await insertSettings(agent, server.proving, { FileExistsAction: FileExistsAction.KeepBoth, VerifyChecksum: true });
}

const noAccounts = { account: '', keeping: '', proving: '' };

async function objectServerIn(folder: string, life: ScriptLifetime): Promise<Server & { url: string }> {
  const { url, dataDir } = await startObjectProcess(folder, life);
  return { url, store: objectStore(url, dataDir), relay: await startRelay(url, life, bytesPerSecond), ...noAccounts };
}

async function versityIn(folder: string, files: string, life: ScriptLifetime): Promise<Server> {
  const { url, objects } = await startVersity(folder, life);
  for (const name of sourceNames) await cp(join(files, name), join(objects, name), { recursive: true });
  return { store: versityStore(url, objects), relay: await startRelay(url, life, bytesPerSecond), ...noAccounts };
}

async function fill(url: string, files: string, names: readonly string[]): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
  const { openAsBlob } = await import('node:fs');
  for (const name of names) {
    const answer = await fetch(`${url}/${bucket}/${name}`, { method: 'PUT', headers, body: await openAsBlob(join(files, name)) });
    if (!answer.ok) throw new Error(`PUT ${name} was answered ${answer.status}`);
  }
}
