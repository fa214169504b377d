// The scene `s2s`: one large object from one HTTP server to another, beside two curls and a pipe.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startAgentProcess, timed } from '../../parts/agent.ts';
import { findProgram, runProgram } from '../../parts/processes.ts';
import { bucket, startNginx } from '../../parts/servers.ts';
import { randomFile, workspace } from '../../parts/workspace.ts';
import { takeAway, wantedOf } from '../arrived.ts';
import { runPairs, type Subject } from '../pairs.ts';
import { pairedReport } from '../report.ts';
import { GiB, type Scene, scaled, sizeText } from '../scene.ts';
import { startServerTransfer } from '../../parts/server-copy.ts';

const [subject, peer] = ['agent', 'two curls'];

export const serverToServer: Scene = async (context) => {
  const { life, say } = context;
  const size = scaled(2 * GiB, context);
  const folder = workspace('s2s', 2 * size, life);
  for (const name of ['source', 'target', 'data']) mkdirSync(join(folder, name));
  say(`writing ${sizeText(size)} of random bytes`);
  const [from, to] = [await startNginx(join(folder, 'source'), life), await startNginx(join(folder, 'target'), life)];
  await randomFile(join(from.objects, 'file.bin'), size);
  const wanted = await wantedOf(join(from.objects, 'file.bin'));
  const agent = await startAgentProcess(join(folder, 'data'), [], life);
  const shell = findProgram('bash');
  const [source, target] = [from, to].map(({ url }) => `${url}/${bucket}/file.bin`);
  const arrived = (round: number): Promise<void> => takeAway(join(to.objects, 'file.bin'), wanted, round);

  const subjects: Subject[] = [
    {
      name: subject,
      async run(round) {
        const place = { path: 'file.bin' };
        const sample = await timed(agent, () => startServerTransfer(agent, { ...place, url: from.url }, { ...place, url: to.url }));
        await arrived(round);
        return sample;
      },
    },
  ];
  if (shell !== undefined && findProgram('curl') !== undefined)
    subjects.push({
      name: peer,
      async run(round) {
        const pipe = `set -o pipefail; curl -sf ${source} | curl -sf -T - ${target}`;
        const sample = await runProgram([shell, '-c', pipe], { folder }, life);
        await arrived(round);
        return sample;
      },
    });
  const samples = await runPairs(subjects, context);
  const intro = `Written by \`npm run bench:transfers -- --scene s2s\`. ${sizeText(size)} from one nginx (sendfile) to another (its WebDAV module), both on loopback and in memory, against \`curl -s SOURCE | curl -T - TARGET\`.`;
  return {
    title: 'Transfers: server to server',
    text: pairedReport(intro, context, [{ samples, bars: [{ subject, peer, least: 1 }], bytes: size }]),
  };
};
