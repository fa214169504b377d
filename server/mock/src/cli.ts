#!/usr/bin/env node
// `click-mock`: Prism on the contract's bundle, for front-end work.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const help = `click-mock [options]

  --port N      port to listen on (default 29125)
  --host HOST   address to bind (default 127.0.0.1)
  --dynamic     invent data from the schemas instead of answering the examples
  --help        this text

Ask for a documented status with the header  Prefer: code=499
The mock answers HTTP only; it checks that a token is there, not that it is good.`;

const require = createRequire(import.meta.url);
const usageError = 64;

main();

function main(): void {
  const options = readOptions();
  if (options === undefined) return;
  const bundle = require.resolve('@click-kit/contract/click/openapi.json');
  const prism = require.resolve('@stoplight/prism-cli/dist/index.js');
  const flags = ['mock', bundle, '--port', options.port, '--host', options.host, ...(options.dynamic ? ['--dynamic'] : [])];
  const child = spawn(process.execPath, [prism, ...flags], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 0;
  });
}

function readOptions(): { port: string; host: string; dynamic: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '29125' },
        host: { type: 'string', default: '127.0.0.1' },
        dynamic: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--port has to be between 1 and 65535, not ${values.port}`);
    if (!values.help) return values;
    console.log(help);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exitCode = usageError;
  }
  return undefined;
}
