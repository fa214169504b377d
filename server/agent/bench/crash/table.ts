// Owns the table of crashes and whether its bars are reached.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { median } from '../load.ts';
import { barBytes, type Options, window } from './options.ts';
import type { Point } from './point.ts';

const MiB = 1024 * 1024;

export type Points = ReadonlyMap<string, readonly Point[]>;

const count = (points: readonly Point[], is: (point: Point) => boolean): number => points.filter(is).length;
const told = (bytes: number): string => (bytes / MiB).toFixed(1);

export const isReached = (points: Points): boolean =>
  [...points.values()]
    .flat()
    .every(({ lost, wrong, debris, resentBytes }) => lost === undefined && !wrong && debris.length === 0 && resentBytes <= barBytes);

function row(name: string, points: readonly Point[]): string {
  const resent = points.map(({ resentBytes }) => resentBytes);
  const cells = [
    points.length,
    count(points, ({ inTime }) => inTime),
    count(points, ({ wrong }) => wrong),
    count(points, ({ lost }) => lost !== undefined),
    count(points, ({ debris }) => debris.length > 0),
    told(median(resent)),
    told(Math.max(...resent)),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

export function tableOf(points: Points, { seed, size }: Options): string {
  const all = [...points.values()].flat();
  const kinds = [...points].filter(([, some]) => some.length > 0);
  const kills = all.length;
  return `# Crashes

Written by \`npm run bench:crash -- --points ${kills} --size ${size / MiB} --seed ${seed}\`; do not edit.

The whole agent is killed with \`kill -9\` at a random moment of a transfer (in a quarter of the points once more after its new start), started again on the same data directory, and left alone
until the transfer has ended. The servers live on; relays before them let 100 MiB a second pass and count. Each transfer moves ${size / MiB} MiB of random bytes; the folder of 200 holds objects of one size, "large and small" six large ones among 194 of 4 KiB. Node ${process.version}, ${cpus().length} cores.

| transfer | points | killed in its middle | wrong bytes | lost | debris | re-sent, median, MiB | re-sent, most, MiB |
|---|---|---|---|---|---|---|---|
${kinds.map(([name, some]) => row(name, some)).join('\n')}
${row('**all**', all)}

- **Wrong bytes**: SHA-256 of the copy in the end; and right after the kill an object must be there whole or not at all; a second copy of anything would show as well. Bar: none.
- **Lost**: did not complete after the new start. Bar: none.
- **Debris**: multipart uploads, part files and staged bytes that are still there 15 s after the end. Bar: none.
- **Re-sent**: bytes for each kill that passed beyond those of a run without a crash, headers included on both sides; of transfers between two servers, the direction with more. Where copies are read back, only what is written counts. Bar: ${told(window.bytes)} MiB and what ${window.lanes} lanes of ${told(window.chunkBytes)} MiB had under way, ${told(barBytes)} MiB in all.

${isReached(points) ? 'All bars are reached.' : '**Bars are missed.**'}
`;
}

export async function writeTable(file: string, points: Points, options: Options): Promise<void> {
  await writeFile(file, tableOf(points, options));
}
