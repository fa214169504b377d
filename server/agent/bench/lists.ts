// `npm run bench:lists`: the two long lists with 200,000 rows each, asked over HTTP; writes a section of docs/benchmarks.md.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historySortFields } from '../src/store/history-sql.ts';
import { userSortFields } from '../src/store/user-list.ts';
import { median } from './load.ts';
import { type Asked, writeListReport } from './lists-report.ts';
import { rows, seedLongLists } from './long-lists.ts';
import { startReference } from './subjects.ts';

const samples = 9;
const users = '/user/get_all_users';
const history = '/transferhistory/get_all';
const dataDir = mkdtempSync(join(tmpdir(), 'click-bench-lists-'));

const { historyInsertMs } = await seedLongLists(dataDir);
const bytes = statSync(join(dataDir, 'agent.db')).size;
const agent = await startReference('requests', dataDir);
const [admin, member] = [await agent.login(), await agent.login('user@example.com')];

async function ask(path: string, query: string, token: string): Promise<{ ms: number; total: number; records: number; ids: string[] }> {
  const begun = performance.now();
  const answer = await fetch(`${agent.url}${path}?${query}&token=${token}`);
  const body = (await answer.json()) as { data: { id: string }[]; total: number };
  const ms = performance.now() - begun;
  if (!answer.ok) throw new Error(`${path}?${query} answered ${answer.status}`);
  return { ms, total: body.total, records: body.data.length, ids: body.data.map(({ id }) => id) };
}

/** A write: the agent forgets every answer that it remembers. */
async function write(id: string, n: number): Promise<void> {
  const answer = await fetch(`${agent.url}/user/edit_user?token=${admin}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, firstname: `Name ${n}` }),
  });
  if (!answer.ok) throw new Error(`edit_user answered ${answer.status}`);
}

const someone = (await ask(users, 'pagesize=1', admin)).ids[0] ?? '';

/** Every sample is read from the database, because a user was written just before; except where `again` is what is asked for. */
async function measure(what: string, path: string, query: string, { token = admin, again = false } = {}): Promise<Asked> {
  const found = await ask(path, query, token);
  const times: number[] = [];
  const work: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    if (!again) await write(someone, sample);
    const before = await agent.work();
    times.push((await ask(path, query, token)).ms);
    work.push((await agent.work()) - before);
  }
  return { what, ms: median(times), workMs: median(work), worst: Math.max(...times), total: found.total, records: found.records };
}

async function byField(path: string, fields: readonly string[]): Promise<{ field: string; first: Asked; deep: Asked }[]> {
  const found = [];
  for (const field of fields) {
    const pages: Asked[] = [];
    for (const page of [1, 1000]) {
      const both: Asked[] = [];
      for (const descending of [true, false])
        both.push(await measure(field, path, `pagesize=50&page=${page}&sortfield=${field}&descending=${descending}`));
      pages.push(both.reduce((slow, one) => (one.ms > slow.ms ? one : slow)));
    }
    const [first, deep] = pages as [Asked, Asked];
    console.log(`${path} ${field}: ${first.ms.toFixed(1)} ms, ${deep.ms.toFixed(1)} ms; work ${deep.workMs.toFixed(1)} ms`);
    found.push({ field, first, deep });
  }
  return found;
}

/** The filter by the default order and by another one, on the first page and on the middle one, from which both ends are far. */
async function filtered(path: string, filter: string, other: string, options: { token?: string; again?: boolean } = {}): Promise<Asked[]> {
  const { total } = await ask(path, `${filter}&pagesize=1`, options.token ?? admin);
  const middle = Math.max(1, Math.floor(total / 100));
  const found: Asked[] = [];
  for (const sort of ['', `&sortfield=${other}`])
    for (const page of new Set([1, middle]))
      found.push(await measure(`${filter}${sort}&page=${page}`, path, `${filter}${sort}&pagesize=50&page=${page}`, options));
  for (const { what, ms, workMs } of found) console.log(`${path} ${what}: ${ms.toFixed(1)} ms; work ${workMs.toFixed(1)} ms`);
  return found;
}

try {
  const orders = {
    users: await byField(users, Object.keys(userSortFields)),
    history: await byField(history, Object.keys(historySortFields)),
  };
  const filters: Asked[] = [];
  for (const filter of ['userStatus=1', 'userStatus=4', 'userType=16', 'userStatus=3&userType=96'])
    filters.push(...(await filtered(users, filter, 'Lastname')));
  for (const filter of ['origin=1', 'origin=6', 'status=4', 'status=16', 'direction=2', 'origin=1&status=16&direction=1'])
    filters.push(...(await filtered(history, filter, 'SourcePath')));
  const own: Asked[] = [];
  for (const filter of ['origin=0', 'status=16', 'direction=1'])
    own.push(...(await filtered(history, filter, 'TotalSize', { token: member })));
  const substrings = { first: [] as Asked[], again: [] as Asked[] };
  for (const name of ['username=ann.bob.1', 'username=example']) {
    substrings.first.push(...(await filtered(users, name, 'Lastname')));
    substrings.again.push(...(await filtered(users, name, 'Lastname', { again: true })));
  }
  await writeListReport(fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url)), {
    orders,
    filters,
    own,
    substrings,
    run: { rows, samples, bytes, historyInsertMs, node: process.version, cores: cpus().length, load: loadavg()[1] ?? 0 },
  });
} finally {
  await agent.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
