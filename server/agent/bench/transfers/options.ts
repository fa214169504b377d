// Owns the command line of `npm run bench:transfers`.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sceneNames } from './scenes.ts';

export interface Options {
  /** Counted pairs; one more goes before them and does not count. */
  readonly pairs: number;
  /** Of all sizes and counts. */
  readonly scale: number;
  readonly scenes: readonly string[];
  /** The file that sections are written to; undefined prints them only. */
  readonly out: string | undefined;
}

export const usage = `npm run bench:transfers -- [options]

  --pairs N      counted pairs of each comparison (default 5)
  --scale F      shrinks sizes and counts (default 1); any other value prints the figures and writes them only to --out
  --scene NAME   only this one (repeatable): ${sceneNames.join(', ')}
  --out FILE     file of sections to write (default docs/benchmarks.md)`;

export class UsageError extends Error {}

export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const [pairs, scale] = [Number(values.pairs), Number(values.scale)];
  if (!Number.isInteger(pairs) || pairs < 1) throw new UsageError('--pairs has to be a number from 1 on.');
  if (!(scale > 0)) throw new UsageError('--scale has to be a positive number.');
  const unknown = values.scene.filter((name) => !sceneNames.includes(name));
  if (unknown.length > 0) throw new UsageError(`There is no scene ${unknown.join(', ')}; there are ${sceneNames.join(', ')}.`);
  const file = scale === 1 ? fileURLToPath(new URL('../../../../docs/benchmarks.md', import.meta.url)) : undefined;
  const out = values.out === undefined ? file : resolve(values.out);
  return { pairs, scale, scenes: values.scene.length === 0 ? sceneNames : values.scene, out };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        pairs: { type: 'string', default: '5' },
        scale: { type: 'string', default: '1' },
        scene: { type: 'string', multiple: true, default: [] as string[] },
        out: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
