// Owns the command line of `npm run bench:crash`.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MiB = 1024 * 1024;
/** One sync window, and the chunks that every lane of a transfer had under way. */
export const window = { bytes: 64 * MiB, lanes: 4, chunkBytes: 8 * MiB };
/** What may be sent again after a kill. */
export const barBytes = window.bytes + window.lanes * window.chunkBytes;

export interface Options {
  readonly points: number;
  /** Bytes of what each transfer moves. */
  readonly size: number;
  readonly seed: number;
  /** Only kinds whose name holds it. */
  readonly kind: string;
  readonly out: string | undefined;
}

export const usage = `npm run bench:crash -- [options]

  --points N    how many times the agent is killed (default 20; a published table has 200)
  --size MIB    what each transfer moves (default 128)
  --seed N      of the random moments (default: a new one, which is printed)
  --kind TEXT   only kinds of transfers whose name holds it
  --out FILE    where the table goes (default docs/crash-results.md, from 200 points on; fewer are only printed)`;

export class UsageError extends Error {}

export const fullPoints = 200;

export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const whole = (name: 'points' | 'size' | 'seed', least: number): number => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < least) throw new UsageError(`--${name} has to be a whole number from ${least} on.`);
    return number;
  };
  const points = whole('points', 1);
  const file = points >= fullPoints ? fileURLToPath(new URL('../../../../docs/crash-results.md', import.meta.url)) : undefined;
  const out = values.out === undefined ? file : resolve(values.out);
  const size = whole('size', 1) * MiB;
  if (out !== undefined && size <= barBytes)
    throw new UsageError(`A table needs --size above ${barBytes / MiB}: what is smaller cannot miss the bar of what is sent again.`);
  return { points, size, seed: whole('seed', 0), kind: values.kind, out };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        points: { type: 'string', default: '20' },
        size: { type: 'string', default: '128' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        kind: { type: 'string', default: '' },
        out: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
