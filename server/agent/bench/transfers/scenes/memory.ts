// The scene `rss`: how much memory the agent takes at most while ever larger objects pass.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, insertAccount, startAgentProcess, timed } from '../../parts/agent.ts';
import { bucket, startNginx, startSink } from '../../parts/servers.ts';
import { usedBy } from '../../parts/processes.ts';
import { sparseFile, workspace } from '../../parts/workspace.ts';
import { GiB, MiB, type Scene, scaled, sizeText, verdict } from '../scene.ts';
import { startServerTransfer } from '../../parts/server-copy.ts';

const barMB = 200;

export const memory: Scene = async (context) => {
  const { life, say } = context;
  const folder = workspace('rss', 64 * MiB, life);
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'server'));
  const [server, sink] = [await startNginx(join(folder, 'server'), life), await startSink(life)];
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const cloudAccount = { id: await insertAccount(agent, sink.url, 'S3') };
  const file = join(server.objects, 'file.bin');
  const upload = async (): Promise<string> => {
    const body = { cloudAccount, storageName: bucket, uploadPath: '', localFilePath: file };
    return (await bodyOf(agent.click.POST('/cloud/upload_object', { body }))).transferId;
  };
  const ways: Readonly<Record<string, () => Promise<string>>> = {
    'file to S3': upload,
    'HTTP to S3': () =>
      startServerTransfer(agent, { url: server.url, path: 'file.bin' }, { url: sink.url, path: 'copy.bin', accountId: cloudAccount.id }),
    'HTTP to HTTP': () => startServerTransfer(agent, { url: server.url, path: 'file.bin' }, { url: sink.url, path: 'plain.bin' }),
  };
  const idle = usedBy(agent.pid).peakMB;
  const rows = [`| start, before any transfer | - | - | | ${idle.toFixed(0)} MB | |`];
  const runs = Object.entries(ways).flatMap(([way, start]) => [1, 8, 32].map((full) => ({ way, start, full })));
  // Its chunks have to be larger than those of all the others: S3 takes 10,000.
  const largest = { way: 'file to S3', start: upload, full: 100 };
  for (const { way, start, full } of [...runs, largest]) {
    const size = scaled(full * GiB, context);
    await sparseFile(file, size);
    const before = await sink.received();
    const { seconds, peakMB = NaN } = await timed(agent, start);
    if ((await sink.received()) - before < size) throw new Error(`${way}: less than ${size} bytes arrived`);
    rmSync(file);
    say(`${way}, ${sizeText(size)}: ${peakMB.toFixed(0)} MB at most, ${seconds.toFixed(1)} s`);
    rows.push(
      `| ${way} | ${sizeText(size)} | ${seconds.toFixed(1)} | ≤ ${barMB} MB | ${peakMB.toFixed(0)} MB | ${verdict(peakMB <= barMB)} |`,
    );
  }
  const text = `Written by \`npm run bench:transfers -- --scene rss\`. Most resident memory (VmHWM) of the whole agent while one object passes, from a sparse file to a server that discards it; one agent for all of them, in this order, with its default settings. Node ${process.version}.

| way | size | s | bar | most memory | |
|---|---|---|---|---|---|
${rows.join('\n')}`;
  return { title: 'Transfers: memory', text };
};
