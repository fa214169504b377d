// Owns the removal of what a push left at its target: the upload, and the object when a cancelled push was published at the last moment.

import { removeCancelledCopy, type SourceDigest } from './cancelled-copy.ts';
import type { Push } from './push.ts';
import type { TargetClient } from './target-client.ts';
import { offsetOf, removeUpload } from './tus-target.ts';
import { sweepUploads } from './upload-sweep.ts';

/** Answers what had to be left at the target, as a sentence; undefined when nothing was. */
export async function cleanUp(push: Push, client: TargetClient, sourceDigest: SourceDigest): Promise<string | undefined> {
  const session = push.session === '' ? undefined : new URL(push.session);
  const cancelled = push.status === 'cancelled';
  if (cancelled && session !== undefined && (await offsetOf(client, session, push.total)) === push.total) push.published = 'yes';
  // Before its upload, which is what shows after a restart that it was published.
  const left = cancelled && push.published !== 'no' ? await removeCancelledCopy(push, client, sourceDigest) : undefined;
  if (session !== undefined) await removeUpload(client, session);
  if (push.opening) await sweepUploads(client, push);
  return left;
}
