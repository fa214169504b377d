// Owns how paired runs are told: ratios beside their bars first, absolute figures after them.
import { cpus, loadavg } from 'node:os';
import { median } from '../load.ts';
import { ratioOf, type Samples } from './pairs.ts';
import { MiB, type SceneContext, verdict } from './scene.ts';

export interface Bar {
  readonly subject: string;
  readonly peer: string;
  /** Least ratio, where there is a bar. */
  readonly least?: number;
}

export interface Comparison {
  readonly samples: Samples;
  readonly bars: readonly Bar[];
  /** What one run moves. */
  readonly bytes: number;
}

export const circumstances = ({ pairs, scale }: SceneContext): string =>
  `Medians of ${pairs} interleaved pairs after one that does not count${scale === 1 ? '' : `, sizes × ${scale}`}; the agent as a whole process, from the request to its Completed frame. Node ${process.version}, ${cpus().length} cores, load ${(loadavg()[1] ?? 0).toFixed(1)}. Ratios within one run count, absolute numbers do not.`;

export function ratioTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ samples, bars }) =>
    bars
      .filter(({ peer }) => samples.has(peer))
      .map(({ subject, peer, least }) => {
        const ratio = ratioOf(samples, subject, peer);
        const said = least === undefined ? ['', ''] : [`≥ ${least} ×`, verdict(ratio.median >= least)];
        return `| ${subject} against ${peer} | ${said[0]} | ${ratio.median.toFixed(2)} × | ${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)} | ${said[1]} |`;
      }),
  );
  return ['| how fast | bar | median | range | |', '|---|---|---|---|---|', ...rows].join('\n');
}

export function absoluteTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ samples, bytes }) =>
    [...samples].map(([name, runs]) => {
      const of = (pick: (run: (typeof runs)[number]) => number | undefined): number => median(runs.map((run) => pick(run) ?? NaN));
      const [seconds, peak, cpu] = [of((run) => run.seconds), of((run) => run.peakMB), of((run) => run.cpuSeconds)];
      const told = (value: number, digits: number): string => (Number.isNaN(value) ? '?' : value.toFixed(digits));
      return `| ${name} | ${told(seconds, 2)} | ${told(bytes / MiB / seconds, 0)} | ${told(peak, 0)} | ${told(cpu, 2)} |`;
    }),
  );
  return ['| subject | s | MiB/s | peak RSS, MB | CPU, s |', '|---|---|---|---|---|', ...rows].join('\n');
}

export const pairedReport = (intro: string, context: SceneContext, comparisons: readonly Comparison[], notes = ''): string =>
  [intro, circumstances(context), ratioTable(comparisons), absoluteTable(comparisons), notes].filter((part) => part !== '').join('\n\n');
