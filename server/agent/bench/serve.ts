// The agent as a benchmark subject: on a temporary data directory with demo seed, or on one that is given; with or without validation.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Validation } from '../src/http/guard.ts';
import { createLogger } from '../src/log.ts';

const [, , validation, given] = process.argv;
const dataDir = given ?? mkdtempSync(join(tmpdir(), 'click-bench-'));
const line = readConfig({ argv: ['--port', '0', '--data-dir', dataDir], env: {}, home: dataDir, readFile: () => undefined });
if (line.command !== 'run') throw new Error('unreachable: no --help was given');
const agent = await startAgent(line.config, { log: createLogger('error'), validation: validation as Validation });
process.send?.({ type: 'ready', url: agent.url.replace('localhost', '127.0.0.1') });
// Asked for the milliseconds of work so far: on a busy machine they say more than the time that passed.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ type: 'work', ms: (user + system) / 1000 });
});
process.on('SIGTERM', () => {
  agent.close().then(
    () => {
      if (given === undefined) rmSync(dataDir, { recursive: true, force: true });
      process.exit(0);
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
