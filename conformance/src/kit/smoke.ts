// Owns the smoke selection: the main path of every controller and of both channels, in a few seconds.
export const smokeChecks: readonly string[] = [
  'authentication.login.success',
  'authentication.session.logout-ends-the-token',
  'management.get-agent-status.success',
  'user.get-all-users.success',
  'cloud.get-cloud-accounts.success',
  'cloud.account.life-cycle',
  'cloud.storage.list-buckets',
  'cloud.storage.list-objects',
  'cloud.presigned.download',
  'cloud.upload.small-file',
  'cloud.download.small-file',
  'cloud.server-transfer.small-object',
  'cloud.upload.history',
  'transfer-history.get-all-transfer-history.success',
  'channels.notification.after-a-call',
  'channels.statechange.no-token',
];
