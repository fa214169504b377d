// Owns the configuration: flags over environment over appsettings.json over defaults, read once, typed and frozen.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Setting, type SettingName, settings, type SettingValues } from './config-settings.ts';
import type { NamedCode } from './config-values.ts';
import type { SmtpSettings } from './mail/mailer.ts';

export interface Config extends SettingValues {
  /** Undefined when no mail server is configured. */
  readonly smtp: SmtpSettings | undefined;
}

export interface ConfigSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory. */
  readonly home: string;
  /** The text of a file, undefined when it does not exist. */
  readonly readFile: (path: string) => string | undefined;
}

export type CommandLine =
  | { readonly command: 'run'; readonly config: Config }
  | { readonly command: 'help' }
  | { readonly command: 'version' };

/** A command line, variable or file that cannot be used; the message names it and the fix. */
export class UsageError extends Error {
  readonly exitCode = 64;

  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'UsageError';
  }
}

type Raw = Readonly<Record<string, unknown>>;
const entries = Object.entries(settings) as readonly [SettingName, Setting<unknown>][];
const isSwitch = ({ kind }: Setting<unknown>): boolean => kind.placeholder === '';

export function readConfig({ argv, env, home, readFile }: ConfigSources): CommandLine {
  const flags = readFlags(argv);
  if (flags.help === true) return { command: 'help' };
  if (flags.version === true) return { command: 'version' };
  if (flags['data-dir'] !== undefined && flags.ephemeral === true)
    throw new UsageError('--ephemeral keeps nothing; leave out either it or --data-dir.');
  const ephemeral = pick(settings.ephemeral, flags, env, {}) as boolean;
  const dataDir = resolve((pick(settings.dataDir, flags, env, {}) as string) || join(home, '.click-agent'));
  const file = settingsFile(flags, env, ephemeral ? undefined : dataDir, readFile);
  const values = Object.fromEntries(entries.map(([name, setting]) => [name, pick(setting, flags, env, file)])) as unknown as SettingValues;
  return { command: 'run', config: Object.freeze({ ...values, dataDir, smtp: smtpOf(values) }) };
}

function readFlags(argv: readonly string[]): Raw {
  const named = entries.flatMap(([, setting]) =>
    setting.flag === null ? [] : [[setting.flag, { type: isSwitch(setting) ? 'boolean' : 'string' }] as const],
  );
  const options = {
    ...Object.fromEntries(named),
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)} See --help.`, { cause });
  }
}

/** The first source that has the setting, and only that one, decides. */
function pick(
  { flag, env: variable, file: path, kind, default: fallback }: Setting<unknown>,
  flags: Raw,
  env: ConfigSources['env'],
  file: Raw,
): unknown {
  const sources: readonly [string, unknown][] = [
    [`--${flag ?? ''}`, flag === null ? undefined : flags[flag]],
    [variable, env[variable]],
    [`${path ?? ''} in the settings file`, path === null ? undefined : file[path]],
  ];
  const given = sources.find(([, raw]) => raw !== undefined);
  if (given === undefined) return fallback;
  const value = kind.read(given[1]);
  if (value === undefined) throw new UsageError(`${given[0]} has to be ${kind.hint}.`);
  return value;
}

/** `--config FILE` has to be there; `appsettings.json` in the data directory may be. */
function settingsFile(flags: Raw, env: ConfigSources['env'], dataDir: string | undefined, readFile: ConfigSources['readFile']): Raw {
  const named = flags.config ?? env.CLICK_AGENT_CONFIG;
  const path = typeof named === 'string' ? resolve(named) : dataDir && join(dataDir, 'appsettings.json');
  const content = path === undefined ? undefined : readFile(path);
  if (typeof named === 'string' && content === undefined) throw new UsageError(`--config: there is no file ${path}.`);
  if (path === undefined || content === undefined) return {};
  const file = flatten(parseJson(path, content));
  const known = new Set(entries.map(([, setting]) => setting.file));
  const stray = Object.keys(file).find((key) => !known.has(key));
  if (stray !== undefined)
    throw new UsageError(`${path}: there is no setting ${stray}. Known: ${[...known].filter((key) => key !== null).join(', ')}.`);
  return file;
}

function parseJson(path: string, content: string): Raw {
  let value: unknown;
  try {
    // Editors on Windows put a byte order mark in front of such files.
    value = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new UsageError(`${path} is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw;
  throw new UsageError(`${path} has to hold a JSON object.`);
}

/** `{"Smtp": {"Host": "x"}}` becomes `{"Smtp.Host": "x"}`. */
function flatten(value: Raw, prefix = ''): Raw {
  const pairs = Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.entries(flatten(inner as Raw, `${prefix}${key}.`))
      : [[`${prefix}${key}`, inner]],
  );
  return Object.fromEntries(pairs);
}

function smtpOf({ smtpHost, smtpPort, smtpSecure, smtpUser, smtpPassword, smtpTimeoutMs }: SettingValues): SmtpSettings | undefined {
  if (smtpHost === '') return undefined;
  return { host: smtpHost, port: smtpPort, secure: smtpSecure, user: smtpUser, password: smtpPassword, timeoutMs: smtpTimeoutMs };
}

const row = (left: string, meaning: string): string => `  ${left.padEnd(36)} ${meaning}`;

const isCode = (value: unknown): value is NamedCode => typeof value === 'object' && value !== null && 'code' in value;

/** The text of `--help`, made from the table. */
export function helpText(): string {
  const shown = (value: unknown): string =>
    Array.isArray(value) ? value.map(shown).join(',') : isCode(value) ? `${value.code}=${value.name}` : String(value);
  const rows = entries.map(([, { flag, env, kind, default: fallback, meaning }]) => {
    const isSecret = flag === null;
    const note = isSecret || isSwitch({ kind } as Setting<unknown>) || shown(fallback) === '' ? '' : ` (default ${shown(fallback)})`;
    return row(flag === null ? env : `--${flag} ${kind.placeholder}`, `${meaning}${note}`);
  });
  return [
    'click-agent [options]',
    '',
    ...rows,
    row('--config FILE', 'settings file (default appsettings.json in the data directory)'),
    row('--help, --version', 'this text, the version'),
    '',
    'Each flag has a variable: --data-dir is CLICK_AGENT_DATA_DIR. Flags win over variables, variables over the file.',
    `In the file: ${entries.flatMap(([, { file }]) => file ?? []).join(', ')}.`,
  ].join('\n');
}
