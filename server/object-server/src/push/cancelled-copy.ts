// Owns taking back the object of a push that was cancelled after the target had published it: this copy, and nothing else.

import { type Answer, headerOf, refusalOf } from './push-failure.ts';
import type { Push } from './push.ts';
import type { TargetClient } from './target-client.ts';
import { sha256In, WANT_DIGEST } from './verification.ts';

/** Base64; undefined when the source is not the version any more that was pushed. */
export type SourceDigest = () => Promise<string | undefined>;

const GONE = [404, 410];
const UNKNOWN_METHOD = [405, 501];

/** Answers why the copy was left where it is; undefined when it is not there any more. Removed in the version that was looked at. */
export async function removeCancelledCopy(push: Push, client: TargetClient, sourceDigest: SourceDigest): Promise<string | undefined> {
  const url = client.object(push.target);
  const found = await client.send({ method: 'HEAD', url, headers: WANT_DIGEST });
  if (GONE.includes(found.status)) return undefined;
  if (UNKNOWN_METHOD.includes(found.status)) return left('the target shows no objects');
  if (found.status !== 200) throw refusalOf('looking at the cancelled copy', found);
  const length = headerOf(found, 'content-length');
  if (length !== undefined && Number(length) !== push.total) return undefined;
  const eTag = headerOf(found, 'etag') ?? 'W/';
  if (eTag.startsWith('W/')) return left('the target tells no ETag to remove it by');

  const { ours, doubt } = push.copyETag === '' ? await compared(push, found, sourceDigest) : { ours: eTag === push.copyETag };
  if (doubt !== undefined) return left(doubt);
  if (!ours) return undefined;
  const answer = await client.send({ method: 'DELETE', url, headers: { 'if-match': eTag } });
  if (answer.status < 300 || answer.status === 412 || GONE.includes(answer.status)) return undefined;
  if (UNKNOWN_METHOD.includes(answer.status)) return left('the target removes no objects');
  throw refusalOf('removing the cancelled copy', answer);
}

interface Verdict {
  ours: boolean;
  /** Why nobody can tell. */
  doubt?: string;
}

async function compared({ published, overwrite }: Push, found: Answer, sourceDigest: SourceDigest): Promise<Verdict> {
  // Equal bytes prove nothing then: they may be those of the object that was to be overwritten.
  if (published === 'perhaps' && overwrite) return { ours: false, doubt: 'the target never said whether it took it' };
  const digest = sha256In(found);
  if (digest === undefined) return { ours: false, doubt: 'the target tells neither the ETag of the copy nor a SHA-256' };
  const expected = await sourceDigest();
  if (expected === undefined) return { ours: false, doubt: 'the source has changed, and there is nothing to compare it with' };
  return { ours: digest === expected };
}

const left = (why: string): string => `The target may have taken the object before the cancel, and what is there was left: ${why}.`;
