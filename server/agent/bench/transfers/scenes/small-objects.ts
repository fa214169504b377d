// The scene `small`: thousands of small objects from one S3 server to another, beside rclone with as many at once.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { insertAccount, startAgentProcess, timed } from '../../parts/agent.ts';
import { runProgram } from '../../parts/processes.ts';
import { bucket, s3ClientOf, startVersity, type StoredOnDisk } from '../../parts/servers.ts';
import { workspace } from '../../parts/workspace.ts';
import { copyFolder } from '../../parts/cloud-copy.ts';
import { runPairs, type Subject } from '../pairs.ts';
import { rclone, rcloneS3, rcloneVersion } from '../rclone.ts';
import { pairedReport } from '../report.ts';
import { KiB, type Scene } from '../scene.ts';

const [atOnce, objectBytes] = [16, 4 * KiB];
const [subject, peer] = ['agent', 'rclone copy'];
const nameOf = (n: number): string => `object-${String(n).padStart(5, '0')}.bin`;

export const smallObjects: Scene = async (context) => {
  const { life, say, scale } = context;
  const count = Math.max(10, Math.round(5000 * scale));
  const folder = workspace('small', count * 16 * KiB, life);
  for (const name of ['a', 'b', 'data']) mkdirSync(join(folder, name));
  const [from, to] = [await startVersity(join(folder, 'a'), life), await startVersity(join(folder, 'b'), life)];
  await putAll(from, count);
  const settings = ['--objects-at-once', String(atOnce), '--max-lanes', String(atOnce)];
  const agent = await startAgentProcess(join(folder, 'data'), settings, life);
  const accounts = { from: await insertAccount(agent, from.url, 'S3'), to: await insertAccount(agent, to.url, 'S3') };
  say(`${count} objects of ${objectBytes} bytes`);

  const copyAll = () => copyFolder(agent, { account: accounts.from, path: 'from/' }, { account: accounts.to, path: 'to/' });
  const subjects: Subject[] = [
    {
      name: subject,
      async run() {
        const sample = await timed(agent, copyAll);
        takeAwayAll(to, count);
        return sample;
      },
    },
  ];
  if (rclone !== undefined)
    subjects.push({
      name: peer,
      async run() {
        const flags = ['--transfers', String(atOnce), '--checkers', String(atOnce)];
        const env = { ...rcloneS3('a', from.url), ...rcloneS3('b', to.url) };
        const sample = await runProgram([rclone ?? '', 'copy', ...flags, `a:${bucket}/from`, `b:${bucket}/to`], { folder, env }, life);
        takeAwayAll(to, count);
        return sample;
      },
    });
  const samples = await runPairs(subjects, context);
  const intro = `Written by \`npm run bench:transfers -- --scene small\`. ${count.toLocaleString('en-US')} objects of ${objectBytes / KiB} KiB from one Versity gateway to another, ${atOnce} at once, against ${rcloneVersion()} \`copy --transfers ${atOnce}\`. The agent: one transfer from cloud to cloud.`;
  const text = pairedReport(intro, context, [{ samples, bars: [{ subject, peer, least: 1 }], bytes: count * objectBytes }]);
  return { title: 'Transfers: many small objects', text };
};

/** Through the API and not as files, so that each has an ETag, as everything at a store of S3 does. */
async function putAll({ url }: StoredOnDisk, count: number): Promise<void> {
  const client = s3ClientOf(url);
  let next = 0;
  const putOthers = async (): Promise<void> => {
    while (next < count) {
      const Key = `from/${nameOf(next++)}`;
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: randomBytes(objectBytes) }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, putOthers));
  client.destroy();
}

function takeAwayAll({ objects }: StoredOnDisk, count: number): void {
  const found = readdirSync(join(objects, 'to'), { recursive: true }).filter((name) => String(name).endsWith('.bin')).length;
  if (found !== count) throw new Error(`${found} of ${count} objects arrived`);
  rmSync(join(objects, 'to'), { recursive: true, force: true });
}
