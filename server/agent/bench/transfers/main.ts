// `npm run bench:transfers`: the whole agent beside its peers, interleaved in one run; each scene writes its section of docs/benchmarks.md.
import { ScriptLifetime } from '../parts/lifetime.ts';
import { writeSection } from '../sections.ts';
import { type Options, readOptions, usage, UsageError } from './options.ts';
import { scenes } from './scenes.ts';

const life = new ScriptLifetime();

async function runScene(name: string, { pairs, scale, out }: Options): Promise<boolean> {
  const scene = scenes[name];
  const say = (text: string): void => console.log(`${name}: ${text}`);
  const { mark } = life;
  try {
    const { title, text } = (await scene?.({ pairs, scale, life, say })) ?? { title: name, text: '' };
    console.log(`\n## ${title}\n\n${text}\n`);
    if (out !== undefined) await writeSection(out, title, text);
    return true;
  } catch (error) {
    if (life.interrupted) return false;
    console.error(`${name}: could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  } finally {
    await life.end(mark);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else for (const name of options.scenes) if (!life.interrupted && !(await runScene(name, options))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 64;
}
