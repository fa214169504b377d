// Owns the table of settings: each with its flag, variable, place in the file, default and meaning.
import { address, choice, flag, integer, nonEmptyText, origins, port, text, type ValueKind } from './config-values.ts';

export interface Setting<T> {
  /** Without the dashes; null for what must not stand on a command line. */
  readonly flag: string | null;
  readonly env: string;
  /** The path in appsettings.json; null for what decides where that file is. */
  readonly file: string | null;
  readonly kind: ValueKind<T>;
  readonly default: T;
  readonly meaning: string;
}

const setting = <T>(name: string, file: string | null, kind: ValueKind<T>, fallback: NoInfer<T>, meaning: string): Setting<T> => ({
  flag: name,
  env: `CLICK_AGENT_${name.replaceAll('-', '_').toUpperCase()}`,
  file,
  kind,
  default: fallback,
  meaning,
});
/** Other processes can read a command line, so secrets come by variable or file only. */
const secret = (name: string, file: string, meaning: string): Setting<string> => ({
  ...setting(name, file, text('TEXT'), '', meaning),
  flag: null,
});

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

export const settings = {
  port: setting('port', 'HostUrl', port, 29_123, 'port on the loopback interface'),
  dataDir: setting('data-dir', null, nonEmptyText('DIR'), '', 'where everything is kept (default ~/.click-agent)'),
  ephemeral: setting('ephemeral', null, flag, false, 'keep nothing: a temporary data directory, removed at the end'),
  seed: setting('seed', 'Seed', choice(['demo', 'none']), 'demo', 'what a new data directory starts with'),
  seedObjectServer: setting(
    'seed-object-server',
    'SeedObjectServer',
    address,
    'http://localhost:29124',
    'server of the demo cloud accounts',
  ),
  quiet: setting('quiet', null, flag, false, 'print nothing but errors'),
  logLevel: setting(
    'log-level',
    'LogLevel',
    choice(['silent', 'error', 'warn', 'info', 'debug']),
    'info',
    'least severe records that are logged',
  ),
  validateResponses: setting('validate-responses', 'ValidateResponses', flag, false, 'hold every response against the contract'),
  allowedOrigins: setting('allowed-origins', 'Cors.Origins', origins, [], 'origins of web pages that may call the agent'),
  sessionHours: setting('session-hours', 'Sessions.LifetimeHours', integer(1, 8760), 12, 'how long a token lives'),
  maxSessionsPerUser: setting('max-sessions', 'Sessions.MaxPerUser', integer(1, 100_000), 1000, 'sessions of one user at a time'),
  maxLoginFailures: setting(
    'max-login-failures',
    'Sessions.MaxLoginFailures',
    integer(1, 10_000),
    10,
    'failed logins of one username before all are refused',
  ),
  loginWindowSeconds: setting(
    'login-window',
    'Sessions.LoginWindowSeconds',
    integer(1, 86_400, 'SECONDS'),
    300,
    'how long failed logins count',
  ),
  bodyBytes: setting('max-body', 'Limits.BodyBytes', integer(KiB, 64 * MiB, 'BYTES'), MiB, 'largest JSON body'),
  formBytes: setting('max-form', 'Limits.FormBytes', integer(KiB, 5 * 1024 * GiB, 'BYTES'), 50 * GiB, 'largest file of a form upload'),
  verifyTimeoutMs: setting(
    'verify-timeout',
    'Limits.VerifyTimeoutMs',
    integer(1, 600_000, 'MS'),
    15_000,
    'how long a provider may take to check new credentials',
  ),
  maxCloudAccounts: setting('max-cloud-accounts', 'Limits.CloudAccounts', integer(1, 1_000_000), 1000, 'cloud accounts of one account'),
  chunkBytes: setting(
    'chunk-size',
    'Transfers.ChunkBytes',
    integer(64 * KiB, 512 * MiB, 'BYTES'),
    8 * MiB,
    'bytes of one chunk of a transfer',
  ),
  maxTransfers: setting('max-transfers', 'Transfers.MaxConcurrent', integer(1, 64), 4, 'transfers that run at the same time'),
  maxQueuedTransfers: setting(
    'max-queued-transfers',
    'Transfers.MaxQueued',
    integer(1, 1_000_000),
    1000,
    'transfers that wait for their turn',
  ),
  transferAttempts: setting(
    'transfer-attempts',
    'Transfers.Attempts',
    integer(1, 100),
    6,
    'attempts in a row that bring no new byte before a transfer fails',
  ),
  ssoCallbackOrigins: setting(
    'sso-callback-origins',
    'Sso.CallbackOrigins',
    origins,
    [],
    'origins besides this machine that single sign-on may send a browser back to',
  ),
  ssoGraphUrl: setting(
    'sso-graph-url',
    'Sso.GraphUrl',
    address,
    'https://graph.microsoft.com',
    'Microsoft Graph, for the users of Entra ID',
  ),
  ssoTimeoutMs: setting(
    'sso-timeout',
    'Sso.TimeoutMs',
    integer(1, 600_000, 'MS'),
    10_000,
    'how long an identity provider may take for an answer',
  ),
  ssoAttemptSeconds: setting(
    'sso-attempt-lifetime',
    'Sso.AttemptSeconds',
    integer(1, 86_400, 'SECONDS'),
    600,
    'how long a user may take to sign in at the identity provider',
  ),
  smtpHost: setting('smtp-host', 'Smtp.Host', text('HOST'), '', 'mail server; without one mails are written to DIR/outbox'),
  smtpPort: setting('smtp-port', 'Smtp.Port', integer(1, 65_535, 'PORT'), 587, 'its port'),
  smtpSecure: setting('smtp-secure', 'Smtp.Secure', flag, false, 'TLS from the first byte (usually port 465)'),
  smtpUser: setting('smtp-user', 'Smtp.User', text('USER'), '', 'user of the mail server, if it asks for one'),
  smtpPassword: secret('smtp-password', 'Smtp.Password', 'password of that user'),
  smtpTimeoutMs: setting(
    'smtp-timeout',
    'Smtp.TimeoutMs',
    integer(1, 600_000, 'MS'),
    15_000,
    'how long the mail server may take for a step',
  ),
  mailFrom: setting('mail-from', 'Smtp.From', nonEmptyText('ADDRESS'), 'click-agent@localhost', 'sender of mails'),
} as const;

export type SettingName = keyof typeof settings;
export type SettingValues = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never };
