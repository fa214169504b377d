// The command line and the environment of `click-object-server`, turned into settings; nothing else reads either.

import { parseArgs } from 'node:util';

export interface Settings {
  port: number;
  host: string;
  /** Undefined = a temporary directory that is removed at the end. */
  dataDir: string | undefined;
  buckets: string[];
  accessKey: string;
  secretKey: string;
  /** Where pushes go when their target cannot be reached directly. */
  relayUrl: string | undefined;
  quiet: boolean;
}

export class UsageError extends Error {}

export const USAGE = `Usage: click-object-server [options]

  --port <n>           port to listen on (default 29124; 0 = a free one)
  --host <name>        address to listen on (default 127.0.0.1, and ::1 beside it)
  --data-dir <dir>     where buckets and unfinished uploads are kept (default ./object-server-data)
  --ephemeral          keep everything in a temporary directory and remove it at the end
  --bucket <name>      make this bucket if it does not exist (repeatable)
  --access-key <key>   or OBJECT_SERVER_ACCESS_KEY in the environment
  --secret-key <key>   or OBJECT_SERVER_SECRET_KEY in the environment
  --relay-url <url>    an HTTP proxy that knows CONNECT, for pushes whose target cannot be reached directly
  --quiet              print nothing but errors
  --help, --version
`;

const OPTIONS = {
  port: { type: 'string', default: '29124' },
  host: { type: 'string', default: '127.0.0.1' },
  'data-dir': { type: 'string' },
  ephemeral: { type: 'boolean', default: false },
  bucket: { type: 'string', multiple: true, default: [] as string[] },
  'access-key': { type: 'string' },
  'secret-key': { type: 'string' },
  'relay-url': { type: 'string' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

export function parseSettings(args: string[], environment: NodeJS.ProcessEnv): Settings | 'help' | 'version' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (values.ephemeral && values['data-dir'] !== undefined) throw new UsageError('--ephemeral and --data-dir exclude each other.');
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new UsageError('--port must be a number from 0 to 65535.');
  return {
    port,
    host: values.host,
    dataDir: values.ephemeral ? undefined : (values['data-dir'] ?? 'object-server-data'),
    buckets: values.bucket,
    accessKey: secret(values['access-key'], environment['OBJECT_SERVER_ACCESS_KEY'], 'access-key'),
    secretKey: secret(values['secret-key'], environment['OBJECT_SERVER_SECRET_KEY'], 'secret-key'),
    relayUrl: relayUrl(values['relay-url']),
    quiet: values.quiet,
  };
}

function relayUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' || url.username !== '') throw new UsageError('--relay-url must be an http URL without credentials.');
  return url.href;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function secret(flag: string | undefined, variable: string | undefined, name: string): string {
  const value = flag ?? variable;
  if (value === undefined || value === '') {
    throw new UsageError(`--${name} or OBJECT_SERVER_${name.replace('-', '_').toUpperCase()} is needed.`);
  }
  return value;
}
