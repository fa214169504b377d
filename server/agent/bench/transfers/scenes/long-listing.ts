// The scene `listing`: how much memory the agent takes at most while a folder of ever more objects is listed, and the first ones move.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentProcess, insertAccount, startAgentProcess } from '../../parts/agent.ts';
import { copyFolder } from '../../parts/cloud-copy.ts';
import { commandsOf, obey } from '../../parts/commands.ts';
import { usedBy } from '../../parts/processes.ts';
import { startLongListing, startSink } from '../../parts/servers.ts';
import { workspace } from '../../parts/workspace.ts';
import { MiB, type Scene, verdict } from '../scene.ts';

/** How much more the last folder may take than the one before it, which has a tenth of its objects. */
const barRatio = 1.25;
const deadlineMs = 600_000;

export const longListing: Scene = async ({ life, say, scale }) => {
  const folder = workspace('listing', 1024 * MiB, life);
  mkdirSync(join(folder, 'data'));
  const [server, sink] = [await startLongListing(life), await startSink(life)];
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const [from, to] = [await insertAccount(agent, server.url, 'S3'), await insertAccount(agent, sink.url, 'S3')];
  const idle = usedBy(agent.pid).peakMB ?? NaN;
  const rows = [`| start, before any transfer | | ${idle.toFixed(0)} MB | |`];
  const peaks: number[] = [];
  for (const full of [10_000, 100_000, 1_000_000]) {
    const keys = Math.max(1000, Math.round(full * scale));
    const started = performance.now();
    const id = await copyFolder(agent, { account: from, path: `${keys}/` }, { account: to, path: `copy-${keys}/` });
    await listedAll(server, keys);
    const seconds = (performance.now() - started) / 1000;
    await end(agent, id);
    const peakMB = usedBy(agent.pid).peakMB ?? NaN;
    const count = keys.toLocaleString('en-US');
    say(`${count} keys: ${peakMB.toFixed(0)} MB at most, listed in ${seconds.toFixed(1)} s`);
    rows.push(`| ${count} keys | ${seconds.toFixed(1)} | ${peakMB.toFixed(0)} MB | |`);
    peaks.push(peakMB);
  }
  const ratio = (peaks.at(-1) ?? NaN) / (peaks.at(-2) ?? NaN);
  rows.push(`| ten times as many keys | | ${ratio.toFixed(2)} × | ≤ ${barRatio} ×: ${verdict(ratio <= barRatio)} |`);
  const text = `Written by \`npm run bench:transfers -- --scene listing\`. Most resident memory (VmHWM) of the whole agent since its start, after a transfer from cloud to cloud has listed that many objects of one byte, from a server that makes its listing up to one that discards, and was then cancelled. Its first objects move meanwhile. One agent for all of them, in this order, with its default settings. Node ${process.version}.

| folder | listed after, s | most memory | |
|---|---|---|---|
${rows.join('\n')}`;
  return { title: 'Transfers: long folders', text };
};

async function listedAll(server: { listed(): Promise<number> }, keys: number): Promise<void> {
  for (const deadline = performance.now() + deadlineMs; (await server.listed()) < keys; await pause(100))
    if (performance.now() > deadline) throw new Error(`not listed within ${deadlineMs / 1000} s`);
}

async function end(agent: AgentProcess, transferId: string): Promise<void> {
  await obey(commandsOf(agent).cloud.cancel, transferId);
  await agent.frames.waitFor(({ TransferId, Status }) => TransferId === transferId && Status === 'Canceled', deadlineMs);
}
