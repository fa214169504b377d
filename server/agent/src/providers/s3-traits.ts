// Owns what an S3 endpoint has shown that it takes, beyond what all of them do: learnt from its answers, kept while the agent runs.
import { CloudType } from '@click-kit/contract';
import type { ProviderAccount } from './provider.ts';
import type { Place } from './s3-place.ts';

export interface Traits {
  /** Of a CRC32 that comes with a body: compared and answered, passed over, or refused (R2 and B2 did, with 501 and 400). */
  crc32: 'unknown' | 'checked' | 'ignored' | 'refused';
  /** `If-None-Match: *` of a write. */
  conditional: boolean;
  /** By its documentation: its answers change nothing. */
  readonly certain: boolean;
  /** An unencrypted object that came by one PutObject has its MD5 as ETag. */
  readonly md5: boolean;
}

const known = new Map<string, Traits>();
const MAX_ENDPOINTS = 1000;
const WITH_MD5: readonly number[] = [CloudType.AWS, CloudType.Wasabi, CloudType.Cloudflare];

export function traitsOf({ cloudType }: ProviderAccount, { endpoint = 'aws' }: Place): Traits {
  const name = `${cloudType} ${endpoint}`;
  let traits = known.get(name);
  if (traits === undefined) {
    // Google takes neither the checksums nor the conditions of S3 (cloud.google.com/storage/docs/xml-api/reference-headers).
    const google = cloudType === CloudType.Google;
    const aws = cloudType === CloudType.AWS;
    const crc32 = google ? 'refused' : aws ? 'checked' : 'unknown';
    traits = { crc32, conditional: !google, certain: aws || google, md5: WITH_MD5.includes(cloudType) };
    if (known.size >= MAX_ENDPOINTS) known.clear();
    known.set(name, traits);
  }
  return traits;
}

export const takesCrc32 = ({ crc32 }: Traits): boolean => crc32 === 'unknown' || crc32 === 'checked';

export function learn(traits: Traits, crc32: Traits['crc32']): void {
  if (!traits.certain) traits.crc32 = crc32;
}
