// The scene `stop`: how long bytes still move after a pause or a cancel, as a relay before the server sees it.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ObjectType } from '@click-kit/contract';
import { median } from '../../load.ts';
import { type AgentProcess, bodyOf, insertAccount, startAgentProcess } from '../../parts/agent.ts';
import { copyFolder } from '../../parts/cloud-copy.ts';
import { type Commands, commandsOf, obey } from '../../parts/commands.ts';
import { startPush } from '../../parts/p2p-push.ts';
import { type Relay, startRelay } from '../../parts/relay.ts';
import { bucket, startObjectProcess } from '../../parts/servers.ts';
import { sparseFile, workspace } from '../../parts/workspace.ts';
import { GiB, MiB, type Scene, scaled, sizeText, verdict } from '../scene.ts';
import { startServerTransfer } from '../../parts/server-copy.ts';

const [barSeconds, graceMs, watchMs] = [0.5, 5000, 5000];
/** How long a whole transfer takes, so that a command always comes in its middle. */
const transferSeconds = 32;
const deadlineMs = 60_000;

interface Way extends Commands {
  start(): Promise<string>;
}

export const stop: Scene = async (context) => {
  const { life, say, pairs } = context;
  // Slower than so, what waits in the buffers of the relay would be counted long after it was sent.
  const size = Math.max(512 * MiB, scaled(2 * GiB, context));
  const bytesPerSecond = size / transferSeconds;
  const folder = workspace('stop', 2 * size, life);
  for (const name of ['data', 'down']) mkdirSync(join(folder, name));
  const server = await startObjectProcess(join(folder, 'server'), life);
  const relay = await startRelay(server.url, life, bytesPerSecond);
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const file = join(folder, 'file.bin');
  await sparseFile(file, size);
  const straight = await insertAccount(agent, server.url, 'HTTP');
  await agent.frames.completed(await startUpload(agent, straight, file, 'origin'));
  const ways = waysOf(agent, { relay, file, straight, slow: await insertAccount(agent, relay.url, 'HTTP'), down: join(folder, 'down') });
  const rows: string[] = [];
  for (const [name, way] of Object.entries(ways)) {
    for (const command of way.pause === undefined ? (['cancel'] as const) : (['pause', 'cancel'] as const)) {
      const lasts: number[] = [];
      let late = 0;
      for (let n = 0; n < pairs; n += 1) {
        const found = await one(agent, way, { relay, command });
        lasts.push(found.lastSeconds);
        late = Math.max(late, found.lateBytes);
        say(`${command} of ${name}: last byte after ${found.lastSeconds.toFixed(3)} s, ${found.lateBytes} bytes after ${graceMs / 1000} s`);
      }
      rmSync(join(folder, 'down', 'file.bin'), { force: true });
      const [typical, worst] = [median(lasts), Math.max(...lasts)];
      const reached = command === 'pause' ? late === 0 : worst <= barSeconds;
      const bar = command === 'pause' ? `no byte after ${graceMs / 1000} s` : `≤ ${barSeconds} s`;
      rows.push(`| ${command} of ${name} | ${bar} | ${typical.toFixed(3)} s | ${worst.toFixed(3)} s | ${late} | ${verdict(reached)} |`);
    }
  }
  const text = `Written by \`npm run bench:transfers -- --scene stop\`. Transfers of ${sizeText(size)} through a relay that lets ${(bytesPerSecond / MiB).toFixed(0)} MiB a second pass; the command comes in the middle, and the relay tells when the last byte passed and how many passed later than ${graceMs / 1000} s after it. ${pairs} times each; the worst counts. Node ${process.version}.

| what | bar | last byte, median | worst | bytes after ${graceMs / 1000} s | |
|---|---|---|---|---|---|
${rows.join('\n')}

A pause lets the chunk in flight finish. Transfers of the other kinds have no command for a pause. In a P2P transfer the source server sends; the agent tells it to stop.`;
  return { title: 'Transfers: pause and cancel', text };
};

async function one(
  agent: AgentProcess,
  way: Way,
  { relay, command }: { relay: Relay; command: 'pause' | 'cancel' },
): Promise<{ lastSeconds: number; lateBytes: number }> {
  relay.reset();
  const transferId = await way.start();
  await agent.frames.waitFor(({ TransferId, Bytes }) => TransferId === transferId && Bytes > 0, deadlineMs);
  const at = performance.now();
  await obey((command === 'pause' ? way.pause : undefined) ?? way.cancel, transferId);
  await pause(graceMs - (performance.now() - at));
  const [lastSeconds, before] = [Math.max(0, relay.counted.lastAt - at) / 1000, moved(relay)];
  if (command === 'pause') await pause(watchMs);
  const lateBytes = moved(relay) - before;
  if (command === 'pause') await obey(way.cancel, transferId);
  await agent.frames.waitFor(({ TransferId, Status }) => TransferId === transferId && Status === 'Canceled', deadlineMs);
  return { lastSeconds, lateBytes };
}

const moved = ({ counted }: Relay): number => counted.toServer + counted.toClient;

async function startUpload(agent: AgentProcess, id: string, localFilePath: string, uploadPath: string): Promise<string> {
  const body = { cloudAccount: { id }, storageName: bucket, uploadPath, localFilePath };
  return (await bodyOf(agent.click.POST('/cloud/upload_object', { body }))).transferId;
}

interface Given {
  readonly relay: Relay;
  readonly file: string;
  readonly straight: string;
  readonly slow: string;
  readonly down: string;
}

function waysOf(agent: AgentProcess, { relay, file, straight, slow, down }: Given): Record<string, Way> {
  const { client, server, p2p, cloud } = commandsOf(agent);
  const place = { url: relay.url, accountId: slow };
  const target = { targetUrl: relay.url, targetAccount: slow, targetPath: 'pushed.bin' };
  return {
    'an upload': { ...client, start: () => startUpload(agent, slow, file, 'up') },
    'a download': {
      ...client,
      async start() {
        const source = { cloudAccount: { id: slow }, storageName: bucket, objectKey: 'origin/file.bin', objectType: ObjectType.File };
        return (await bodyOf(agent.click.POST('/cloud/download_object', { body: { ...source, downloadPath: down } }))).transferId;
      },
    },
    'a server transfer': {
      ...server,
      start: () => startServerTransfer(agent, { ...place, path: 'origin/file.bin' }, { ...place, path: 'copy.bin' }),
    },
    'a cloud-to-cloud transfer': {
      ...cloud,
      start: () => copyFolder(agent, { account: straight, path: 'origin/' }, { account: slow, path: 'copied/' }),
    },
    'a P2P transfer': {
      ...p2p,
      start: () => startPush(agent, { ...target, sourceAccount: straight, sourcePath: 'origin/file.bin' }),
    },
  };
}
