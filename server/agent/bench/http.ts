// `npm run bench:http`: the whole agent beside its peers, interleaved in one run; writes docs/benchmarks.md.
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measureStart } from './start-time.ts';
import { writeReport } from './report.ts';
import { load, median } from './load.ts';
import { startBare, startPrism, startReference, type Subject } from './subjects.ts';

const rounds = 7;
const seconds = 2;
const path = '/transferhistory/get_all?pagesize=10';

const agent = await startReference('requests');
const token = await agent.login();
const page = await (await fetch(`${agent.url}${path}&token=${token}`)).text();
const validated = await startReference('both');
const unvalidated = await startReference('none');
const bare = await startBare(page);
const prism = await startPrism();

const subjects: readonly { subject: Subject; url: string }[] = [
  { subject: bare, url: `${bare.url}${path}` },
  { subject: agent, url: `${agent.url}${path}&token=${token}` },
  { subject: validated, url: `${validated.url}${path}&token=${await validated.login()}` },
  { subject: unvalidated, url: `${unvalidated.url}${path}&token=${await unvalidated.login()}` },
  { subject: prism, url: `${prism.url}${path}&token=any` },
];

try {
  const rates = new Map<string, number[]>(subjects.map(({ subject }) => [subject.name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { subject, url } of subjects) {
      const rate = await load(url, seconds);
      // The first round warms up and does not count.
      if (round > 0) rates.get(subject.name)?.push(rate);
    }
    console.log(`round ${round} of ${rounds}${round === 0 ? ' (warm-up)' : ''}`);
  }
  const starts = await measureStart(5);
  const of = (name: string): number => median(rates.get(name) ?? []);
  const figures = {
    rates: Object.fromEntries(
      [...rates].map(([name, values]) => [name, { median: median(values), min: Math.min(...values), max: Math.max(...values) }]),
    ),
    toBare: of(agent.name) / of(bare.name),
    toPrism: of(agent.name) / of(prism.name),
    validationCost: 1 - of(validated.name) / of(unvalidated.name),
    startMs: median(starts),
    bytes: Buffer.byteLength(page),
  };
  const file = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
  await writeReport(file, figures, { rounds, seconds, path, node: process.version, cores: cpus().length });
  console.log((await readFile(file, 'utf8')).trim());
} finally {
  await Promise.all(subjects.map(({ subject }) => subject.stop()));
}
