// Owns docs/benchmarks.md as a file of sections, each written by one benchmark.
import { readFile, writeFile } from 'node:fs/promises';

const head = '# Benchmarks\n\nEach section is written by the command that it names; do not edit.\n';

/** Replaces the section of this title, or adds it at the end; the others stay. */
export async function writeSection(file: string, title: string, text: string): Promise<void> {
  const [, ...sections] = (await readFile(file, 'utf8').catch(() => '')).split(/^(?=## )/m);
  const section = `## ${title}\n\n${text.trim()}\n`;
  const at = sections.findIndex((one) => one.startsWith(`## ${title}\n`));
  const written = at === -1 ? [...sections, section] : sections.with(at, section);
  await writeFile(file, [head, ...written.map((one) => `${one.trim()}\n`)].join('\n'));
}
