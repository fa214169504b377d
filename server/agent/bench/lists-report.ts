// Owns the section on long lists in docs/benchmarks.md.
import { writeSection } from './sections.ts';

export interface Asked {
  readonly what: string;
  /** Medians: of the time that passed, and of the time that the agent worked. */
  readonly ms: number;
  readonly workMs: number;
  readonly worst: number;
  readonly total: number;
  readonly records: number;
}

interface Field {
  readonly field: string;
  readonly first: Asked;
  readonly deep: Asked;
}

export interface ListFigures {
  readonly orders: Readonly<Record<'users' | 'history', readonly Field[]>>;
  readonly filters: readonly Asked[];
  /** What a user who is no administrator asks of the own records. */
  readonly own: readonly Asked[];
  readonly substrings: Readonly<Record<'first' | 'again', readonly Asked[]>>;
  readonly run: { rows: number; samples: number; bytes: number; historyInsertMs: number; node: string; cores: number; load: number };
}

const barMs = 20;
const ms = (value: number): string => value.toFixed(1);
const number = (value: number): string => value.toLocaleString('en-US');
const slowest = (asked: readonly Asked[]): Asked => asked.reduce((slow, one) => (one.ms > slow.ms ? one : slow));
const verdict = (asked: Asked): string => (asked.ms <= barMs ? 'reached' : '**missed**');

export async function writeListReport(file: string, { orders, filters, own, substrings, run }: ListFigures): Promise<void> {
  const bar = (what: string, asked: readonly Asked[]): string => {
    const slow = slowest(asked);
    const work = Math.max(...asked.map(({ workMs }) => workMs));
    return `| ${what} | ${ms(slow.ms)} ms | \`${slow.what}\` | ${ms(work)} ms | ${verdict(slow)} |`;
  };
  const fields = (list: 'users' | 'history'): string =>
    orders[list]
      .map(({ field, first, deep }) => `| \`${field}\` | ${ms(first.ms)} | ${ms(first.workMs)} | ${ms(deep.ms)} | ${ms(deep.workMs)} |`)
      .join('\n');
  const asked = (rows: readonly Asked[]): string =>
    rows.map((one) => `| \`${one.what}\` | ${number(one.total)} | ${ms(one.ms)} | ${ms(one.workMs)} | ${ms(one.worst)} |`).join('\n');
  const pages = (list: 'users' | 'history', page: 'first' | 'deep'): Asked[] => orders[list].map((one) => one[page]);
  await writeSection(
    file,
    'Long lists',
    `Written by \`npm run bench:lists\`. ${number(run.rows)} users and ${number(run.rows)} history records in one account, in a real file; one request at a time over HTTP,
50 records a page, requests validated, medians of ${run.samples}. Before every sample a user is written, so that nothing is answered from memory. Node ${run.node}, ${run.cores} cores,\nload ${run.load.toFixed(1)}: "work" is the processor time of the agent, which the load does not change as it changes the time that passes.

| what, bar ${barMs} ms | slowest median | by | most work | |
|---|---|---|---|---|
${bar('users, page 1, any sort field and direction', pages('users', 'first'))}
${bar('users, page 1,000, any sort field and direction', pages('users', 'deep'))}
${bar('history, page 1, any sort field and direction', pages('history', 'first'))}
${bar('history, page 1,000, any sort field and direction', pages('history', 'deep'))}
${bar('filters by flags, first and middle page', filters)}
${bar('the own history of a user among all of these', own)}
${bar('users by substring, first time after a change of any user', substrings.first)}
${bar('users by substring, again', substrings.again)}

A substring has no index: each name is looked at once, and what was found is paged through until a user of the account changes.
The price: the file has ${number(Math.round(run.bytes / 1e6))} MB, and a history record takes ${run.historyInsertMs.toFixed(2)} ms of work to store, beside the transaction it is part of.

| sort field of users | page 1, ms | work | page 1,000, ms | work |
|---|---|---|---|---|
${fields('users')}

| sort field of history | page 1, ms | work | page 1,000, ms | work |
|---|---|---|---|---|
${fields('history')}

| filter | matches | median, ms | work | worst, ms |
|---|---|---|---|---|
${asked([...filters, ...own, ...substrings.first])}`,
  );
}
