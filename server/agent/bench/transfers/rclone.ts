// Owns rclone as a peer: which one is here, and how it reaches the servers, without any file of settings.
import { execFileSync } from 'node:child_process';
import { findProgram } from '../parts/processes.ts';
import { keys } from '../parts/servers.ts';

export const rclone = findProgram('rclone');

export const rcloneVersion = (): string =>
  rclone === undefined ? 'not here' : (execFileSync(rclone, ['version'], { encoding: 'utf8' }).split('\n')[0] ?? '');

/** The remote `name:` at an S3 server. An empty file of settings keeps those of the user out. */
export function rcloneS3(name: string, url: string): Record<string, string> {
  const remote = `RCLONE_CONFIG_${name.toUpperCase()}`;
  return {
    RCLONE_CONFIG: '/dev/null',
    [`${remote}_TYPE`]: 's3',
    [`${remote}_PROVIDER`]: 'Other',
    [`${remote}_ENDPOINT`]: url,
    [`${remote}_REGION`]: 'us-east-1',
    [`${remote}_ACCESS_KEY_ID`]: keys.accessKey,
    [`${remote}_SECRET_ACCESS_KEY`]: keys.secretKey,
    [`${remote}_NO_CHECK_BUCKET`]: 'true',
  };
}
