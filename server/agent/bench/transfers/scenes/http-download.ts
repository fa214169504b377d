// The scene `http-download`: one large object from nginx into a file, beside rclone, curl and the streams of Node.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ObjectType } from '@click-kit/contract';
import { bodyOf, insertAccount, startAgentProcess, timed } from '../../parts/agent.ts';
import { findProgram, type Sample, runProgram } from '../../parts/processes.ts';
import { bucket, startNginx } from '../../parts/servers.ts';
import { randomFile, workspace } from '../../parts/workspace.ts';
import { takeAway, wantedOf } from '../arrived.ts';
import { runPairs, type Subject } from '../pairs.ts';
import { rclone, rcloneVersion } from '../rclone.ts';
import { pairedReport } from '../report.ts';
import { GiB, type Scene, scaled, sizeText } from '../scene.ts';

const key = 'file.bin';
const [subject, copyUrl, copyTo, curlPeer, streams] = ['agent', 'rclone copyurl', 'rclone copyto', 'curl -o', 'Node streams'];
const nodeStreams = fileURLToPath(new URL('../../processes/node-streams.ts', import.meta.url));

export const httpDownload: Scene = async (context) => {
  const { life, say } = context;
  const size = scaled(GiB, context);
  const folder = workspace('download', 2 * size, life);
  const down = join(folder, 'down');
  for (const name of ['server', 'data', 'down']) mkdirSync(join(folder, name));
  say(`writing ${sizeText(size)} of random bytes`);
  const server = await startNginx(join(folder, 'server'), life);
  await randomFile(join(server.objects, key), size);
  const wanted = await wantedOf(join(server.objects, key));
  const arrived = (round: number): Promise<void> => takeAway(join(down, key), wanted, round);
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const cloudAccount = { id: await insertAccount(agent, server.url, 'HTTP') };
  const body = { cloudAccount, storageName: bucket, objectKey: key, downloadPath: down, objectType: ObjectType.File };
  const url = `${server.url}/${bucket}/${key}`;

  const program = (name: string, command: readonly string[], told = false): Subject => ({
    name,
    async run(round) {
      const { stdout, ...sample } = await runProgram(command, { folder, env: { RCLONE_CONFIG: '/dev/null' } }, life);
      await arrived(round);
      return told ? (JSON.parse(stdout) as Sample) : sample;
    },
  });
  const subjects: Subject[] = [
    {
      name: subject,
      async run(round) {
        const sample = await timed(agent, async () => (await bodyOf(agent.click.POST('/cloud/download_object', { body }))).transferId);
        await arrived(round);
        return sample;
      },
    },
    program(streams, [process.execPath, '--import', 'tsx', nodeStreams, url, join(down, key)], true),
  ];
  if (rclone !== undefined) {
    const single = ['--multi-thread-streams', '0'];
    subjects.push(program(copyUrl, [rclone, 'copyurl', ...single, url, join(down, key)]));
    subjects.push(program(copyTo, [rclone, 'copyto', ...single, '--http-url', server.url, `:http:${bucket}/${key}`, join(down, key)]));
  }
  const curl = findProgram('curl');
  if (curl !== undefined) subjects.push(program(curlPeer, [curl, '-sf', '-o', join(down, key), url]));

  const samples = await runPairs(subjects, context);
  const bars = [
    { subject, peer: copyUrl, least: 0.8 },
    { subject, peer: copyTo, least: 0.8 },
    { subject, peer: curlPeer },
    { subject, peer: streams },
  ];
  const intro = `Written by \`npm run bench:transfers -- --scene http-download\`. ${sizeText(size)} from nginx on loopback into a file, both in memory. The agent takes a CRC32 of every chunk and syncs the file before it gets its name; the others do neither. ${rcloneVersion()}, one stream.`;
  return { title: 'Transfers: download over HTTP', text: pairedReport(intro, context, [{ samples, bars, bytes: size }]) };
};
