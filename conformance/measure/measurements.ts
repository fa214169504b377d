// Owns the measurements of the published page: each one is a run for real, reduced to what the page shows of it.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProofsReport } from '../src/proofs/proofs-report.ts';
import type { CheckResult, Counts, RunResult } from '../src/result.ts';
import { hostileTargets } from '../src/testing/hostile-targets.ts';
import { kitRun } from './kit-run.ts';

const compiled = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const mockDeadlineMs = 60_000;
/** For targets that never answer: short enough for the page to be made in minutes. */
const hostileLimits = ['--timeout', '1000', '--max-time', '30000'];

async function inFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'click-results-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Proven = Pick<ProofsReport, 'killRate' | 'killed' | 'total' | 'mustChecks' | 'unproven' | 'falseReds' | 'ms'> & {
  readonly proofs: readonly { readonly id: string; readonly check: string; readonly outcome: string }[];
};

export const proofs = (): Promise<Proven> =>
  inFolder(async (folder) => {
    const child = spawn(process.execPath, [compiled('conformance/dist/src/proofs/main.js'), '--report-dir', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    const report = JSON.parse(await readFile(join(folder, 'proofs.json'), 'utf8')) as ProofsReport;
    return { ...report, proofs: report.proofs.map(({ id, check, outcome }) => ({ id, check, outcome })) };
  });

export interface Reference {
  readonly full: Pick<RunResult, 'contract' | 'verdict' | 'counts' | 'coverage' | 'requirements'> & { readonly ms: number };
  readonly smoke: { readonly verdict: string; readonly checks: number; readonly ms: number };
  readonly slowest: readonly { readonly id: string; readonly ms: number }[];
}

export const reference = (): Promise<Reference> =>
  inFolder(async (folder) => {
    const smoke = (await kitRun(['--spawn', '--smoke'], folder)).result;
    const { contract, verdict, counts, coverage, requirements, run, checks } = (await kitRun(['--spawn'], folder)).result;
    return {
      full: { contract, verdict, counts, coverage, requirements, ms: run.ms },
      smoke: { verdict: smoke.verdict.verdict, checks: smoke.counts.total, ms: smoke.run.ms },
      slowest: [...checks]
        .sort((a, b) => b.ms - a.ms)
        .slice(0, 5)
        .map(({ id, ms }) => ({ id, ms })),
    };
  });

export interface Hostile {
  readonly name: string;
  readonly verdict: string;
  readonly exitCode: number | null;
  readonly counts: Counts;
  readonly outOfTime: boolean;
  readonly ms: number;
}

export async function hostile(): Promise<Hostile[]> {
  const rows: Hostile[] = [];
  for (const { name, start } of hostileTargets) {
    const target = await start();
    try {
      const { code, result } = await inFolder((folder) => kitRun(['--target', target.url, ...hostileLimits], folder, anybody));
      const { verdict, counts, run } = result;
      rows.push({ name, verdict: verdict.verdict, exitCode: code, counts, outOfTime: run.outOfTime, ms: run.ms });
      console.log(`  ${name}: ${verdict.verdict} in ${run.ms} ms`);
    } finally {
      await target.close();
    }
  }
  return rows;
}

const anybody = { CLICK_USERNAME: 'admin@example.com', CLICK_PASSWORD: 'click-demo' };

export type Mocked = Pick<RunResult, 'verdict' | 'counts'> & {
  readonly ms: number;
  readonly checks: readonly (Pick<CheckResult, 'id' | 'controller' | 'level' | 'status'> & { readonly said: string })[];
};

/** The mock that this repository starts with `npm run mock`. */
export async function mock(): Promise<Mocked> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [compiled('server/mock/dist/cli.js'), '--port', String(port)], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await answering(`${url}/management/agent_status`);
    const { result } = await inFolder((folder) => kitRun(['--target', url], folder, anybody));
    const said = ({ failures, reason }: CheckResult): string => (failures[0]?.message ?? reason ?? '').replaceAll(url, 'the mock');
    const checks = result.checks.map((check) => ({
      id: check.id,
      controller: check.controller,
      level: check.level,
      status: check.status,
      said: said(check),
    }));
    return { verdict: result.verdict, counts: result.counts, ms: result.run.ms, checks };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url: string): Promise<void> {
  const end = performance.now() + mockDeadlineMs;
  for (;;) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    if (performance.now() > end) throw new Error(`the mock did not answer within ${mockDeadlineMs} ms`);
    await wait(200);
  }
}
