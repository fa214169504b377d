// `npm run bench:crash`: kills the agent in the middle of transfers, again and again, and writes docs/crash-results.md. Exit code 1 when a bar is missed.
import { ScriptLifetime } from '../parts/lifetime.ts';
import { kindsOf } from './kinds.ts';
import { type Options, readOptions, usage, UsageError } from './options.ts';
import { type Course, crash, type Point, undisturbed } from './point.ts';
import { setStage } from './stage.ts';
import { isReached, tableOf, writeTable } from './table.ts';

// The floor of this project is Node 20; the SDK that looks for debris would print a warning about that.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const life = new ScriptLifetime();

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function tell(n: number, name: string, { inTime, lost, wrong, debris, resentBytes }: Point, points: number): void {
  const faults = [
    wrong ? 'WRONG BYTES' : '',
    lost === undefined ? '' : `LOST: ${lost}`,
    debris.length === 0 ? '' : `DEBRIS: ${debris.join(', ')}`,
  ];
  const said = faults.filter((fault) => fault !== '').join('; ') || 'whole';
  console.log(
    `${n} of ${points}: ${name}: ${inTime ? '' : 'had ended already; '}${said}; ${(resentBytes / 1024 / 1024).toFixed(1)} MiB re-sent`,
  );
}

async function run(options: Options): Promise<void> {
  const { points, size, seed } = options;
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const stage = await setStage(size, life, (text) => console.log(text));
  const kinds = kindsOf(stage).filter(({ name }) => name.includes(options.kind));
  if (kinds.length === 0) throw new UsageError(`No kind of transfer has ${options.kind} in its name.`);
  let agent = await stage.start();
  const courses = new Map<string, Course>();
  for (const kind of kinds) {
    // The first one loads code and opens connections; the second tells how long it takes.
    for (const turn of ['first', 'second']) courses.set(kind.name, await undisturbed(kind, agent, stage, `without-${turn}`));
    console.log(`without a crash: ${kind.name} takes ${((courses.get(kind.name)?.ms ?? 0) / 1000).toFixed(2)} s`);
  }
  const found = new Map<string, Point[]>(kinds.map(({ name }) => [name, []]));
  for (let n = 0; n < points; n += 1) {
    const kind = kinds[n % kinds.length];
    const course = kind === undefined ? undefined : courses.get(kind.name);
    if (kind === undefined || course === undefined) continue;
    const moments = random() < 0.25 ? [random(), random() * 0.5] : [random()];
    const result = await crash({ kind, course, folder: `point-${n}`, moments }, agent, stage);
    agent = result.agent;
    found.get(kind.name)?.push(result.point);
    tell(n + 1, kind.name, result.point, points);
  }
  console.log(`\n${tableOf(found, options)}`);
  if (options.out !== undefined) await writeTable(options.out, found, options);
  if (!isReached(found)) process.exitCode = 1;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await run(options);
} catch (error) {
  if (!(error instanceof UsageError) && !life.interrupted) console.error(error);
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  process.exitCode = error instanceof UsageError ? 64 : 1;
} finally {
  await life.end();
}
