// `npm start`: the agent and an object server beside it, seeded, with a few things to try.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './generate/root.ts';

const help = `npm start -- [options]

  --port N                 port of the agent (default 29123; 0 takes a free one)
  --object-server-port N   port of the object server (default 29124; 0 takes a free one)
  --data-dir DIR           where both keep their data (default ~/.click-kit)
  --ephemeral              keep nothing: a fresh data directory, removed at the end
  --seed demo|none         what a new data directory starts with (default demo)
  --quiet                  print the two addresses only
  --help                   this text`;

const demo = { accessKey: 'demo', secretKey: 'demo-secret', buckets: ['demo-bucket', 'demo-target'] };
const stopDeadlineMs = 10_000;
/**
 * Memory over a little speed: a small young generation keeps garbage out of it, and the old one is cleaned the sooner the less it may
 * have at most. One malloc arena keeps the 16 MiB of a password hash from staying behind in every thread, and freed memory goes back
 * at once (glibc; ignored elsewhere).
 */
const frugal = {
  execArgv: ['--max-semi-space-size=4', '--max-old-space-size=1024'],
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
};

interface Options {
  port: string;
  'object-server-port': string;
  'data-dir'?: string;
  ephemeral: boolean;
  seed: string;
  quiet: boolean;
}

await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  const directory = options.ephemeral ? mkdtempSync(join(tmpdir(), 'click-kit-')) : (options['data-dir'] ?? join(homedir(), '.click-kit'));
  const children: Child[] = [];
  const stop = stopper(children, options.ephemeral ? directory : undefined);
  process.on('SIGINT', () => void stop(0)).on('SIGTERM', () => void stop(0));
  try {
    const objectServer = startObjectServer(options, directory);
    children.push(objectServer);
    const objectServerUrl = await objectServer.ready;
    const agent = startAgent(options, directory, objectServerUrl);
    children.push(agent);
    console.log(banner(await agent.ready, objectServerUrl, options, directory));
    const { name, code } = await Promise.race([agent.ended, objectServer.ended]);
    if (!stop.started) console.error(`${name} ended by itself (exit ${code}).`);
    await stop(1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    await stop(1);
  }
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '29123' },
        'object-server-port': { type: 'string', default: '29124' },
        'data-dir': { type: 'string' },
        ephemeral: { type: 'boolean', default: false },
        seed: { type: 'string', default: 'demo' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help) return values;
    console.log(help);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exitCode = 64;
  }
  return undefined;
}

interface Child {
  readonly process: ChildProcess;
  /** The address, once it answers; rejects when the process ends first (it has said why by then). */
  readonly ready: Promise<string>;
  readonly ended: Promise<{ name: string; code: number | null }>;
}

function startObjectServer(options: Options, directory: string): Child {
  const buckets = options.seed === 'demo' ? demo.buckets.flatMap((bucket) => ['--bucket', bucket]) : [];
  const flags = ['--port', options['object-server-port'], '--data-dir', join(directory, 'objects'), ...buckets, '--quiet'];
  const keys = { OBJECT_SERVER_ACCESS_KEY: demo.accessKey, OBJECT_SERVER_SECRET_KEY: demo.secretKey };
  return start('The object server', 'server/object-server/dist/main.js', flags, keys);
}

function startAgent(options: Options, directory: string, objectServerUrl: string): Child {
  const flags = [
    '--port',
    options.port,
    '--data-dir',
    join(directory, 'agent'),
    '--seed',
    options.seed,
    '--seed-object-server',
    objectServerUrl,
    '--managed-storage-endpoint',
    objectServerUrl,
    '--managed-storage-access-key',
    demo.accessKey,
    '--quiet',
  ];
  return start('The agent', 'server/agent/dist/main.js', flags, { CLICK_AGENT_MANAGED_STORAGE_SECRET_KEY: demo.secretKey });
}

/** Children are started detached from the terminal's process group, so that Ctrl-C reaches them once, through us. */
function start(name: string, module: string, flags: string[], env: Record<string, string>): Child {
  const child = fork(join(root, module), flags, {
    detached: true,
    env: { ...process.env, ...frugal.env, ...env },
    execArgv: frugal.execArgv,
  });
  const ended = new Promise<{ name: string; code: number | null }>((resolve) => child.once('exit', (code) => resolve({ name, code })));
  const ready = new Promise<string>((resolve, reject) => {
    child.on('message', (message: { type?: string; url?: string }) => message.type === 'ready' && resolve(String(message.url)));
    void ended.then(({ code }) => reject(new Error(`${name} did not start (exit ${code}).`)));
  });
  return { process: child, ready, ended };
}

function stopper(children: readonly Child[], temporary: string | undefined): ((code: number) => Promise<void>) & { started: boolean } {
  const stop = Object.assign(
    async (code: number): Promise<void> => {
      if (stop.started) return;
      stop.started = true;
      const deadline = setTimeout(() => children.forEach((child) => child.process.kill('SIGKILL')), stopDeadlineMs);
      for (const child of children.toReversed()) {
        child.process.kill('SIGTERM');
        await child.ended;
      }
      clearTimeout(deadline);
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
      process.exit(code);
    },
    { started: false },
  );
  return stop;
}

function banner(agent: string, objectServer: string, options: Options, directory: string): string {
  const addresses = `agent          ${agent}\nobject server  ${objectServer}`;
  if (options.quiet) return addresses;
  const data = `data           ${options.ephemeral ? 'nothing is kept' : directory}`;
  if (options.seed !== 'demo') return `\n${addresses}\n${data}\n\nCtrl-C stops both.`;
  return `
${addresses}
channels       ${agent.replace('http', 'ws')}/notification and /statechange
${data}

sign in as     admin@example.com   type 16   password click-demo
               user@example.com    type 64   password click-demo
               mfa@example.com     type 16   password click-demo, TOTP secret JBSWY3DPEHPK3PXP
               owner@example.org   type 16   password click-demo, of another account
cloud accounts "Local storage" (2048) and "Fastr server" (4096), access key ${demo.accessKey}, secret ${demo.secretKey}
buckets        ${demo.buckets.join(', ')}

Three things to try:
  1. Is it there?   curl ${agent}/management/agent_status
  2. Sign in        curl -s ${agent}/authentication/login -H 'content-type: application/json' \\
                         -d '{"username":"admin@example.com","password":"click-demo","type":16}'
  3. Let the kit judge it, in a second terminal
                    npm run conformance -- run --target ${agent} --username admin@example.com --password click-demo --type 16

Ctrl-C stops both.`;
}
