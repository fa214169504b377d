// `npm run bench:frames`: records what both channels say while transfers of every kind are paused, resumed and cancelled; writes docs/transfer-frames.md.
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ObjectType } from '@click-kit/contract';
import { type AgentProcess, bodyOf, insertAccount, startAgentProcess } from '../parts/agent.ts';
import { copyFolder } from '../parts/cloud-copy.ts';
import { type Commands, commandsOf, obey } from '../parts/commands.ts';
import { ScriptLifetime } from '../parts/lifetime.ts';
import { startPush } from '../parts/p2p-push.ts';
import { startRelay } from '../parts/relay.ts';
import { startServerTransfer } from '../parts/server-copy.ts';
import { bucket, startObjectProcess } from '../parts/servers.ts';
import { randomFile, workspace } from '../parts/workspace.ts';
import { type Frame, record, type Recording, shortener, trimmed } from './recording.ts';

const MiB = 1024 * 1024;
const size = 48 * MiB;
const bytesPerSecond = 24 * MiB;
const deadlineMs = 60_000;
const settleMs = 300;
const life = new ScriptLifetime();

interface Story {
  readonly title: string;
  readonly start: () => Promise<string>;
  readonly commands: Commands;
}

interface Noted {
  readonly note: string;
  readonly frames: readonly Frame[];
}

async function setUp(): Promise<{ agent: AgentProcess; folder: string; stories: Story[] }> {
  const folder = workspace('frames', 6 * size, life);
  for (const name of ['data', 'down']) mkdirSync(join(folder, name));
  const file = join(folder, 'source.bin');
  await randomFile(file, size);
  const server = await startObjectProcess(join(folder, 'server'), life);
  const relay = await startRelay(server.url, life, bytesPerSecond);
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const [straight, slow] = [await insertAccount(agent, server.url, 'HTTP'), await insertAccount(agent, relay.url, 'HTTP')];
  const { client, server: servers, cloud, p2p } = commandsOf(agent);
  const upload = async (id: string, uploadPath: string): Promise<string> => {
    const body = { cloudAccount: { id }, storageName: bucket, uploadPath, localFilePath: file };
    return (await bodyOf(agent.click.POST('/cloud/upload_object', { body }))).transferId;
  };
  const download = async (): Promise<string> => {
    const place = { cloudAccount: { id: slow }, storageName: bucket, objectKey: 'origin/source.bin', objectType: ObjectType.File };
    return (await bodyOf(agent.click.POST('/cloud/download_object', { body: { ...place, downloadPath: join(folder, 'down') } })))
      .transferId;
  };
  await agent.frames.completed(await upload(straight, 'origin'));
  const from = { url: server.url, path: 'origin/source.bin', accountId: straight };
  const stories: Story[] = [
    { title: 'Upload', start: () => upload(slow, 'up'), commands: client },
    { title: 'Download', start: download, commands: client },
    {
      title: 'Server transfer',
      start: () => startServerTransfer(agent, from, { url: relay.url, path: 'copy.bin', accountId: slow }),
      commands: servers,
    },
    {
      title: 'Cloud-to-cloud transfer',
      start: () => copyFolder(agent, { account: straight, path: 'origin/' }, { account: slow, path: 'copied/' }),
      commands: cloud,
    },
    {
      title: 'P2P transfer',
      start: () =>
        startPush(agent, {
          sourceAccount: straight,
          sourcePath: from.path,
          targetUrl: relay.url,
          targetAccount: slow,
          targetPath: 'pushed.bin',
        }),
      commands: p2p,
    },
  ];
  return { agent, folder, stories };
}

/** Runs to the end with a pause on the way, where the kind has one, and another time to a cancel. */
async function tell({ start, commands }: Story, agent: AgentProcess, recording: Recording): Promise<Noted[]> {
  const noted: Noted[] = [];
  const note = async (text: string, work: () => Promise<unknown>): Promise<void> => {
    const from = recording.frames.length;
    await work();
    // The recording has connections of its own: what belongs to the same moment may still be on its way.
    await pauseFor(settleMs);
    noted.push({ note: text, frames: recording.frames.slice(from) });
  };
  const seen = (transferId: string, status: string, least = 0): Promise<unknown> =>
    agent.frames.waitFor((frame) => frame.TransferId === transferId && frame.Status === status && frame.Bytes >= least, deadlineMs);
  let transferId = '';
  const begin = async (): Promise<void> => {
    transferId = await start();
    await seen(transferId, 'InProgress', 1);
  };
  const { pause, resume, cancel } = commands;
  await note('Started', begin);
  if (pause !== undefined && resume !== undefined) {
    await note('Pause', async () => {
      await obey(pause, transferId);
      await seen(transferId, 'Paused');
    });
    await note('Resume, to the end', async () => {
      await obey(resume, transferId);
      await seen(transferId, 'Completed');
    });
  } else await note('To the end', () => seen(transferId, 'Completed'));
  await note('Started once more', begin);
  await note('Cancel', async () => {
    await obey(cancel, transferId);
    await seen(transferId, 'Canceled');
  });
  return noted;
}

function shown({ note, frames }: Noted, short: (frame: Frame) => string): string {
  const lines = trimmed(frames).map((one) => (typeof one === 'number' ? `   … ${one} more` : `/${one.channel}  ${short(one)}`));
  return `**${note}**\n\n\`\`\`text\n${lines.length === 0 ? '(no frame)' : lines.join('\n')}\n\`\`\``;
}

const out = resolve(process.argv[2] ?? fileURLToPath(new URL('../../../../docs/transfer-frames.md', import.meta.url)));
try {
  const { agent, folder, stories } = await setUp();
  const recording = await record(agent.url);
  const sections: string[] = [];
  for (const story of stories) {
    const noted = await tell(story, agent, recording);
    const short = shortener(folder);
    console.log(`${story.title}: ${noted.reduce((sum, { frames }) => sum + frames.length, 0)} frames`);
    sections.push(`## ${story.title}\n\n${noted.map((one) => shown(one, short)).join('\n\n')}`);
  }
  recording.close();
  const head = `# Frames of transfers

Written by \`npm run bench:frames\`; do not edit.

What \`/notification\` and \`/statechange\` said, in the order of arrival, while one object of ${size / MiB} MiB moved at ${bytesPerSecond / MiB} MiB a second. Ids are shortened, and of many progress frames in a row the
first two and the last are shown. \`Type\` 1 is progress, 4 the notice that every call of the API but GET brings. Commands that a kind does not have are left out.`;
  await writeFile(out, `${[head, ...sections].join('\n\n')}\n`);
  console.log(`written to ${out}`);
} catch (error) {
  if (!life.interrupted) console.error(error);
  process.exitCode = 1;
} finally {
  await life.end();
}
