// `tsx scripts/check-packed.ts`: the kit as its users get it, packed, installed into an empty folder and run there. Needs the registry.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './generate/root.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const packages = ['generated', 'server/object-server', 'conformance'];
const commandDeadlineMs = 180_000;

function call(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: commandDeadlineMs, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err });
    });
  });
}

function hold(what: string, holds: boolean, ended: Ended): void {
  if (holds) return console.log(`ok  ${what}`);
  throw new Error(`${what}: exit code ${ended.code}\n${ended.out.slice(-2000)}\n${ended.err.slice(-2000)}`);
}

async function packAll(into: string): Promise<string[]> {
  const packed = await call('npm', ['pack', ...packages.flatMap((name) => ['-w', name]), '--pack-destination', into], root);
  const files = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
  hold(`${packages.length} packages are packed`, packed.code === 0 && files.length === packages.length, packed);
  return files.map((name) => join(into, name));
}

/** A target that says nothing of use: enough to see that a run from the package judges and reports. */
async function withEmptyTarget<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function checkCommands(folder: string): Promise<void> {
  const kit = (...args: string[]): Promise<Ended> => call('npx', ['--no-install', 'click-conformance', ...args], folder);
  const list = await kit('list', '--json');
  hold('list shows the checks', list.code === 0 && (JSON.parse(list.out) as unknown[]).length > 150, list);
  const judged = await withEmptyTarget((url) =>
    kit('run', '--target', url, '--username', 'a', '--password', 'b-secret', '--report-dir', 'out'),
  );
  const reports = (await readdir(join(folder, 'out'))).sort().join(' ');
  hold('run judges a target: failed', judged.code === 1, judged);
  hold('run leaves its reports', reports === 'ctrf.json events.ndjson junit.xml report.html result.json summary.md', judged);
  const spawned = await kit('run', '--spawn');
  hold(
    'run --spawn says that the agent is not installed',
    spawned.code === 2 && spawned.err.includes('@click-kit/agent, which is not installed here'),
    spawned,
  );
  const second = await kit('dredd');
  hold('dredd says how to get it', second.code === 64 && second.err.includes('npm install --save-dev dredd@'), second);
  const coverage = await kit('coverage', '--static');
  hold('coverage reads the contract and the register from the package', coverage.code === 0, coverage);
}

const folder = await mkdtemp(join(tmpdir(), 'click-packed-'));
try {
  const tarballs = await packAll(folder);
  const empty = await mkdtemp(join(folder, 'empty-'));
  await writeFile(join(empty, 'package.json'), '{ "private": true }\n');
  const installed = await call('npm', ['install', '--no-audit', '--no-fund', ...tarballs], empty);
  hold('the packages install into an empty folder', installed.code === 0, installed);
  await checkCommands(empty);
} finally {
  await rm(folder, { recursive: true, force: true });
}
