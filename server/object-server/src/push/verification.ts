// Owns the comparison of the copy with the source: size, and SHA-256 where the target tells one (RFC 9530); a wrong copy is removed.

import { type Answer, fatal, headerOf, refusalOf } from './push-failure.ts';
import type { TargetClient } from './target-client.ts';

export interface Expected {
  size: number;
  /** Base64. */
  sha256: () => Promise<string>;
}

export const WANT_DIGEST = { 'want-repr-digest': 'sha-256=1' };

/** `Repr-Digest: sha-256=:<base64>:`; other algorithms beside it are passed over. */
export const sha256In = (answer: Answer): string | undefined =>
  /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]+=*):/.exec(headerOf(answer, 'repr-digest') ?? '')?.[1];

/** True when the checksum was compared; false when only the size was, or not even that. */
export async function verifyCopy(client: TargetClient, url: URL, expected: Expected): Promise<boolean> {
  const answer = await client.send({ method: 'HEAD', url, headers: WANT_DIGEST });
  // A target that takes PUT need not know HEAD.
  if (answer.status === 405 || answer.status === 501) return false;
  if (answer.status === 404 || answer.status === 410) throw fatal('The target took every byte and has no such object.');
  if (answer.status !== 200) throw refusalOf('looking at the copy', answer);
  const size = headerOf(answer, 'content-length');
  if (size !== undefined && Number(size) !== expected.size) {
    await removeCopy(client, url, answer, `it has ${size} instead of ${expected.size} bytes`);
  }
  const digest = sha256In(answer);
  if (digest === undefined) return false;
  if (digest !== (await expected.sha256())) await removeCopy(client, url, answer, 'its SHA-256 is not that of the source');
  return true;
}

async function removeCopy(client: TargetClient, url: URL, answer: Answer, why: string): Promise<never> {
  const eTag = headerOf(answer, 'etag');
  const removed = await client.send({ method: 'DELETE', url, headers: eTag === undefined ? {} : { 'if-match': eTag } });
  const outcome = removed.status < 300 || removed.status === 404 ? 'was removed' : `could not be removed (${removed.status})`;
  throw fatal(`The copy is wrong: ${why}. It ${outcome}.`);
}
