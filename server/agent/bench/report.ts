// Owns the section on requests in docs/benchmarks.md: the figures as measured, beside the bars they have to reach.
import { writeSection } from './sections.ts';

export interface Figures {
  readonly rates: Readonly<Record<string, { median: number; min: number; max: number }>>;
  readonly toBare: number;
  readonly toPrism: number;
  readonly validationCost: number;
  readonly startMs: number;
  /** Size of the answer. */
  readonly bytes: number;
}

export interface Run {
  readonly rounds: number;
  readonly seconds: number;
  readonly path: string;
  readonly node: string;
  readonly cores: number;
}

export async function writeReport(file: string, figures: Figures, run: Run): Promise<void> {
  const rates = Object.entries(figures.rates).map(
    ([name, { median, min, max }]) => `| ${name} | ${round(median)} | ${round(min)} to ${round(max)} |`,
  );
  const text = `Written by \`npm run bench:http\`. Ratios within one run count, absolute numbers do not: machines differ and so do their moods.

\`GET ${run.path}\` (${figures.bytes} bytes of JSON), 10 connections, ${run.rounds} interleaved rounds of ${run.seconds} s after a warm-up round, medians. Node ${run.node}, ${run.cores} cores.

| what | bar | measured | |
|---|---|---|---|
| the whole agent against a bare Express route with the same JSON | ≥ 0.6 × | ${figures.toBare.toFixed(2)} × | ${verdict(figures.toBare >= 0.6)} |
| the whole agent against Prism's CLI on the same bundle | ≥ 2 × | ${figures.toPrism.toFixed(2)} × | ${verdict(figures.toPrism >= 2)} |
| request and response validation together | ≤ 25 % of throughput | ${(figures.validationCost * 100).toFixed(0)} % | ${verdict(figures.validationCost <= 0.25)} |
| start to first answer, built, new data directory, median of 5 | ≤ 1.5 s | ${(figures.startMs / 1000).toFixed(2)} s | ${verdict(figures.startMs <= 1500)} |

The page is read from SQLite once and answered from memory until the next write, as it is for every client that polls. Prism answers the example of the contract, one record.

| subject | answers a second | range |
|---|---|---|
${rates.join('\n')}
`;
  await writeSection(file, 'Requests', text);
}

const round = (value: number): string => Math.round(value).toLocaleString('en-US');
const verdict = (reached: boolean): string => (reached ? 'reached' : '**missed**');
