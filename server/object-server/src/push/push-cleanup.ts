// Owns the removal of what a push left at its target: the upload, and the object when a cancelled push was published at the last moment.

import { headerOf, refusalOf } from './push-failure.ts';
import type { Push } from './push.ts';
import type { TargetClient } from './target-client.ts';
import { offsetOf, removeUpload } from './tus-target.ts';

export async function cleanUp(push: Push, client: TargetClient): Promise<void> {
  if (push.session === '') return;
  const session = new URL(push.session);
  const published = push.status === 'cancelled' && (await offsetOf(client, session, push.total)) === push.total;
  await removeUpload(client, session);
  if (published) await removeObject(push, client);
}

/** Only the version that is there now, and only if it is of the size of the push. */
async function removeObject(push: Push, client: TargetClient): Promise<void> {
  const url = client.object(push.target);
  const found = await client.send({ method: 'HEAD', url });
  const eTag = headerOf(found, 'etag');
  if (found.status !== 200 || eTag === undefined || Number(headerOf(found, 'content-length')) !== push.total) return;
  const answer = await client.send({ method: 'DELETE', url, headers: { 'if-match': eTag } });
  if (answer.status >= 300 && ![404, 412].includes(answer.status)) throw refusalOf('removing the cancelled copy', answer);
}
