// The scene `s3-upload`: one large file to an S3 server, beside the SDK's own upload manager and rclone.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgentProcess, bodyOf, insertAccount, startAgentProcess, timed } from '../../parts/agent.ts';
import { type Sample, runProgram } from '../../parts/processes.ts';
import { bucket, findVersity, keys, startSink, startVersity } from '../../parts/servers.ts';
import { randomFile, workspace } from '../../parts/workspace.ts';
import { takeAway, type Wanted, wantedOf } from '../arrived.ts';
import { runPairs, type Subject } from '../pairs.ts';
import { rclone, rcloneS3, rcloneVersion } from '../rclone.ts';
import { type Comparison, pairedReport } from '../report.ts';
import { GiB, type Scene, type SceneContext, scaled, sizeText } from '../scene.ts';

const key = 'file.bin';
const libStorage = fileURLToPath(new URL('../../processes/lib-storage.ts', import.meta.url));

interface Place {
  readonly name: string;
  readonly url: string;
  /** Looks at what came and removes it. */
  readonly arrived: (round: number) => Promise<void>;
}

interface Work {
  readonly folder: string;
  readonly file: string;
  readonly agent: AgentProcess;
  readonly context: SceneContext;
}

export const s3Upload: Scene = async (context) => {
  const { life, say } = context;
  const size = scaled(GiB, context);
  const folder = workspace('s3', 3 * size, life);
  say(`writing ${sizeText(size)} of random bytes`);
  const file = join(folder, key);
  await randomFile(file, size);
  const wanted = await wantedOf(file);
  mkdirSync(join(folder, 'data'));
  const work: Work = { folder, file, context, agent: await startAgentProcess(join(folder, 'data'), [], life) };
  const comparisons: Comparison[] = [];
  for (const place of await placesOf(folder, wanted, context)) {
    say(`to ${place.name}`);
    const samples = await runPairs(await subjectsOf(place, work), context);
    const bar = (peer: string, least: number) => ({ subject: `agent to ${place.name}`, peer: `${peer} to ${place.name}`, least });
    comparisons.push({ samples, bars: [bar('lib-storage', 3), bar('rclone', 2)], bytes: size });
  }
  const intro = `Written by \`npm run bench:transfers -- --scene s3-upload\`. A file of ${sizeText(size)} in memory to an S3 server on loopback, against @aws-sdk/lib-storage of the same SDK and ${rcloneVersion()}; all with parts of 8 MiB and four at once, otherwise their defaults. "sink" is an S3 server that discards what it gets, so that it is not the bottleneck.`;
  const notes =
    'Time and CPU of lib-storage are those of the upload alone, without the start of its process; its peak holds the loader of TypeScript too. Time and CPU of rclone are those of the whole program. At versitygw most of the time goes into the server, which takes an MD5 and a CRC32 of every part, whoever sends it.';
  return { title: 'Transfers: upload to S3', text: pairedReport(intro, context, comparisons, notes) };
};

async function placesOf(folder: string, wanted: Wanted, { life, say }: SceneContext): Promise<Place[]> {
  const sink = await startSink(life);
  let before = await sink.received();
  const places: Place[] = [
    {
      name: 'sink',
      url: sink.url,
      arrived: async () => {
        const now = await sink.received();
        if (now - before < wanted.size) throw new Error(`the sink got ${now - before} of ${wanted.size} bytes`);
        before = now;
      },
    },
  ];
  if (findVersity() === undefined) say('without versitygw: it is not installed');
  else {
    const versity = await startVersity(join(folder, 'versity'), life);
    const arrived = (round: number): Promise<void> => takeAway(join(versity.objects, key), wanted, round);
    places.push({ name: 'versitygw', url: versity.url, arrived });
  }
  return places;
}

async function subjectsOf({ name, url, arrived }: Place, { folder, file, agent, context }: Work): Promise<Subject[]> {
  const { life } = context;
  const cloudAccount = { id: await insertAccount(agent, url, 'S3') };
  const body = { cloudAccount, storageName: bucket, uploadPath: '', localFilePath: file };
  const subjects: Subject[] = [
    {
      name: `agent to ${name}`,
      async run(round) {
        const sample = await timed(agent, async () => (await bodyOf(agent.click.POST('/cloud/upload_object', { body }))).transferId);
        await arrived(round);
        return sample;
      },
    },
    {
      name: `lib-storage to ${name}`,
      async run(round) {
        const args = ['--import', 'tsx', libStorage, url, keys.accessKey, keys.secretKey, bucket, key, file];
        const { stdout } = await runProgram([process.execPath, ...args], { folder }, life);
        await arrived(round);
        return JSON.parse(stdout) as Sample;
      },
    },
  ];
  if (rclone === undefined) return subjects;
  const flags = ['--s3-chunk-size', '8M', '--s3-upload-concurrency', '4', '--s3-disable-checksum=false'];
  subjects.push({
    name: `rclone to ${name}`,
    async run(round) {
      const sample = await runProgram(
        [rclone ?? '', 'copyto', ...flags, file, `a:${bucket}/${key}`],
        { folder, env: rcloneS3('a', url) },
        life,
      );
      await arrived(round);
      return sample;
    },
  });
  return subjects;
}
