// Owns paired runs: all subjects in turn, again and again, the first round thrown away; ratios are taken within a round.
import { median } from '../load.ts';
import type { Sample } from '../parts/processes.ts';
import type { SceneContext } from './scene.ts';

export interface Subject {
  readonly name: string;
  /** `round` 0 warms up; what it brought is compared byte for byte. */
  readonly run: (round: number) => Promise<Sample>;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

export async function runPairs(subjects: readonly Subject[], { pairs, say }: SceneContext): Promise<Samples> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round <= pairs; round += 1) {
    const told: string[] = [];
    for (const { name, run } of subjects) {
      const sample = await run(round);
      if (round > 0) samples.get(name)?.push(sample);
      told.push(`${name} ${sample.seconds.toFixed(2)} s`);
    }
    say(`round ${round} of ${pairs}${round === 0 ? ' (warm-up)' : ''}: ${told.join(', ')}`);
  }
  return samples;
}

export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** How many times as fast as the peer, round by round. */
export function ratioOf(samples: Samples, subject: string, peer: string): Ratio {
  const peers = samples.get(peer) ?? [];
  const ratios = (samples.get(subject) ?? []).map(({ seconds }, round) => (peers[round]?.seconds ?? NaN) / seconds);
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}
