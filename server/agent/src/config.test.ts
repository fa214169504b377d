import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, type ConfigSources, helpText, readConfig, UsageError } from './config.ts';
import { settings } from './config-settings.ts';

const home = '/home/jane';
const defaultFile = join(home, '.click-agent', 'appsettings.json');

interface Given {
  readonly argv?: readonly string[];
  readonly env?: ConfigSources['env'];
  readonly files?: Readonly<Record<string, unknown>>;
}

const read = ({ argv = [], env = {}, files = {} }: Given) =>
  readConfig({
    argv,
    env,
    home,
    readFile: (path) => (path in files ? (typeof files[path] === 'string' ? files[path] : JSON.stringify(files[path])) : undefined),
  });
function config(given: Given = {}): Config {
  const line = read(given);
  if (line.command !== 'run') throw new Error(`not a run: ${line.command}`);
  return line.config;
}
const complaint = (given: Given): string => {
  try {
    read(given);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(64);
    return (error as UsageError).message;
  }
  throw new Error('it was accepted');
};

describe('the configuration', () => {
  it('has the documented port and a home of its own by default, and cannot be changed', () => {
    const defaults = config();
    expect(defaults).toMatchObject({
      port: 29_123,
      dataDir: join(home, '.click-agent'),
      ephemeral: false,
      seed: 'demo',
      allowedOrigins: [],
      bodyBytes: 1_048_576,
      sessionHours: 12,
    });
    expect(defaults.smtp).toBeUndefined();
    expect(Object.isFrozen(defaults)).toBe(true);
  });

  it('takes flags over variables over the file over defaults', () => {
    const files = { [defaultFile]: { HostUrl: 'http://localhost:4000' } };
    const env = { CLICK_AGENT_PORT: '5000' };
    expect(config({ files }).port).toBe(4000);
    expect(config({ files, env }).port).toBe(5000);
    expect(config({ files, env, argv: ['--port', '0'] }).port).toBe(0);
  });

  it('gives every setting a variable of its own, and every one but the data directory and switches a place in the file', () => {
    const all = Object.values(settings);
    expect(new Set(all.map(({ env }) => env)).size).toBe(all.length);
    expect(all.filter(({ file }) => file === null).map(({ flag }) => flag)).toEqual(['data-dir', 'ephemeral', 'quiet']);
    const places = all.flatMap(({ file }) => file ?? []);
    expect(new Set(places).size).toBe(places.length);
  });

  it('has no flag for the mail password, and builds the mail server from file and variable', () => {
    const files = {
      [defaultFile]: {
        Smtp: { Host: 'mail.example.com', Port: 465, Secure: true, User: 'agent' },
        Cors: { Origins: ['http://localhost:3000'] },
      },
    };
    const { smtp, allowedOrigins } = config({ files, env: { CLICK_AGENT_SMTP_PASSWORD: 'canary' } });
    expect(smtp).toEqual({ host: 'mail.example.com', port: 465, secure: true, user: 'agent', password: 'canary', timeoutMs: 15_000 });
    expect(allowedOrigins).toEqual(['http://localhost:3000']);
    expect(complaint({ argv: ['--smtp-password', 'canary'] })).not.toContain('canary');
  });

  it('reads appsettings.json of the data directory, or the file that --config names', () => {
    const files = {
      '/data/appsettings.json': { Seed: 'none' },
      '/etc/agent.json': '\uFEFF{"Seed":"none","Transfers":{"ChunkBytes":1048576}}',
    };
    expect(config({ files, argv: ['--data-dir', '/data'] }).seed).toBe('none');
    expect(config({ files, argv: ['--config', '/etc/agent.json', '--ephemeral'] })).toMatchObject({ seed: 'none', chunkBytes: 1_048_576 });
    expect(config({ files: { [defaultFile]: { Seed: 'none' } }, argv: ['--ephemeral'] }).seed).toBe('demo');
  });

  it('reads lists and switches from variables', () => {
    const env = { CLICK_AGENT_ALLOWED_ORIGINS: 'http://localhost:3000, https://app.example.com', CLICK_AGENT_VALIDATE_RESPONSES: 'true' };
    expect(config({ env })).toMatchObject({
      allowedOrigins: ['http://localhost:3000', 'https://app.example.com'],
      validateResponses: true,
    });
  });

  it.each<[string, Given, RegExp]>([
    ['an unknown flag', { argv: ['--prot', '1'] }, /--prot.*--help/],
    ['a stray word', { argv: ['start'] }, /start/],
    ['a flag without its value', { argv: ['--port'] }, /--port/],
    ['a port out of range', { argv: ['--port', '70000'] }, /^--port has to be a port from 0 to 65535/],
    [
      'a number that is none',
      { env: { CLICK_AGENT_SESSION_HOURS: '12h' } },
      /^CLICK_AGENT_SESSION_HOURS has to be a whole number from 1 to 8760/,
    ],
    ['an unknown seed', { argv: ['--seed', 'big'] }, /^--seed has to be one of demo, none/],
    ['an origin with a path', { argv: ['--allowed-origins', 'http://localhost:3000/x'] }, /^--allowed-origins has to be origins/],
    ['any origin', { argv: ['--allowed-origins', '*'] }, /^--allowed-origins/],
    [
      'an object server that is no URL',
      { argv: ['--seed-object-server', 'localhost:29124'] },
      /^--seed-object-server has to be an http or https URL/,
    ],
    [
      'a host that is not the loopback interface',
      { files: { [defaultFile]: { HostUrl: 'http://0.0.0.0:29123' } } },
      /^HostUrl in the settings file/,
    ],
    ['an unknown setting in the file', { files: { [defaultFile]: { Smtp: { Hots: 'x' } } } }, /there is no setting Smtp\.Hots/],
    ['a file that is not JSON', { files: { [defaultFile]: '{' } }, /appsettings\.json is not valid JSON/],
    ['a file that holds a list', { files: { [defaultFile]: [] } }, /has to hold a JSON object/],
    ['a --config file that is not there', { argv: ['--config', '/nowhere.json'] }, /there is no file \/nowhere\.json/],
    ['--ephemeral with --data-dir', { argv: ['--ephemeral', '--data-dir', '/data'] }, /--ephemeral.*--data-dir/],
    ['an empty data directory', { argv: ['--data-dir', ''] }, /^--data-dir has to be/],
  ])('refuses %s, names it and the fix', (_what, given, expected) => {
    expect(complaint(given)).toMatch(expected);
  });

  it('never repeats a value that it refuses', () => {
    expect(complaint({ env: { CLICK_AGENT_SMTP_PORT: 'canary' } })).not.toContain('canary');
  });
});

describe('the command line', () => {
  it('asks for help or the version before anything is checked', () => {
    expect(read({ argv: ['--help', '--port', 'x'] })).toEqual({ command: 'help' });
    expect(read({ argv: ['--version'] })).toEqual({ command: 'version' });
  });

  it('has a help text with every setting and every place in the file', () => {
    const help = helpText();
    for (const { flag, env, meaning, file } of Object.values(settings)) {
      expect(help).toContain(flag === null ? env : `--${flag}`);
      expect(help).toContain(meaning);
      if (file !== null) expect(help).toContain(file);
    }
  });
});
