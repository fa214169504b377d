// Owns the table of settings: each with its flag, variable, place in the file, default and meaning.
import { oauthSettings } from './config-oauth.ts';
import { secret, type Setting, setting } from './config-setting.ts';
import { address, choice, flag, integer, nonEmptyText, origins, port, text } from './config-values.ts';

export type { Setting };

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
  activationMinutes: setting(
    'activation-minutes',
    'Accounts.ActivationMinutes',
    integer(1, 10_080),
    60,
    'how long the activation code of a sign-up works',
  ),
  invitationHours: setting('invitation-hours', 'Accounts.InvitationHours', integer(1, 8760), 168, 'how long an invitation works'),
  recoveryMinutes: setting(
    'recovery-minutes',
    'Accounts.RecoveryMinutes',
    integer(1, 1440),
    30,
    'how long the one-time password for a forgotten one works',
  ),
  mailsPerHour: setting('mails-per-hour', 'Accounts.MailsPerHour', integer(1, 1000), 5, 'mails of one kind to one address in an hour'),
  maxPendingSignUps: setting(
    'max-pending-signups',
    'Accounts.MaxPendingSignUps',
    integer(1, 1_000_000),
    1000,
    'sign-ups that wait for their confirmation',
  ),
  googleIssuer: setting('google-issuer', 'Google.Issuer', address, 'https://accounts.google.com', 'issuer of the ID tokens of Google'),
  googleClientId: setting(
    'google-client-id',
    'Google.ClientId',
    text('ID'),
    '',
    'client id that ID tokens are for; none switches Google off',
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
  maxApiTokens: setting('max-api-tokens', 'Limits.ApiTokens', integer(1, 100_000), 100, 'API tokens of one user'),
  maxProjects: setting('max-projects', 'Limits.Projects', integer(1, 1_000_000), 10_000, 'projects of one account'),
  maxSharedDrives: setting('max-shared-drives', 'Limits.SharedCloudDrives', integer(1, 1_000_000), 10_000, 'shared drives of one account'),
  maxAssignments: setting(
    'max-assignments',
    'Limits.Assignments',
    integer(1, 1_000_000),
    1000,
    'permissions of one kind, or assignments, that one thing has',
  ),
  planAdminUsers: setting('plan-admin-users', 'Plan.AdminUsers', integer(1, 1_000_000), 100, 'administrators that the plan has seats for'),
  planCreativeUsers: setting('plan-creative-users', 'Plan.CreativeUsers', integer(0, 1_000_000), 1000, 'creative users, likewise'),
  planStandardUsers: setting('plan-standard-users', 'Plan.StandardUsers', integer(0, 1_000_000), 10_000, 'standard users, likewise'),
  planTeams: setting('plan-teams', 'Plan.Teams', integer(0, 1_000_000), 10_000, 'user groups of one account'),
  planStorageGB: setting('plan-storage', 'Plan.StorageGB', integer(0, 1_000_000_000, 'GB'), 10_000, 'storage managed by Amove'),
  planSyncs: setting('plan-syncs', 'Plan.Syncs', integer(0, 1_000_000), 100, 'syncs from cloud to cloud'),
  planLogs: setting('plan-logs', 'Plan.Logs', choice(['yes', 'no']), 'yes', 'whether the plan has the logging of the account'),
  planSso: setting('plan-sso', 'Plan.Sso', choice(['yes', 'no']), 'yes', 'whether the plan has single sign-on'),
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
  ...oauthSettings,
} as const;

export type SettingName = keyof typeof settings;
export type SettingValues = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never };
