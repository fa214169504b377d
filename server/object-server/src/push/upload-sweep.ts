// Owns finding the uploads at a target whose creation this server never heard of, and removing them (GET /.uploads).

import { type Answer, refusalOf } from './push-failure.ts';
import type { Push } from './push.ts';
import type { TargetClient } from './target-client.ts';
import { removeUpload } from './tus-target.ts';

/** How far the clocks of the target and of this server may be apart. */
const SKEW_MS = 60_000;
const MAX_PAGES = 100;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** A target that may well have the listing and does not answer it now; all others have none, and their uploads expire. */
const AGAIN = [408, 425, 429, 502, 503, 504];

/** Bytes are sent only to uploads that are known, so that one nobody heard of is empty; it is not older than the push. */
export async function sweepUploads(client: TargetClient, push: Push): Promise<void> {
  for (const session of await emptyUploads(client, push)) await removeUpload(client, session);
}

async function emptyUploads(client: TargetClient, { target, total, created }: Push): Promise<URL[]> {
  const found: URL[] = [];
  const url = client.named('.uploads');
  for (let page = 0, token = ''; page < MAX_PAGES; page++) {
    const query = { bucket: target.bucket, key: target.key, ...(token !== '' && { 'continuation-token': token }) };
    url.search = new URLSearchParams(query).toString();
    const { uploads, continuationToken } = pageOf(await client.send({ method: 'GET', url, textBytes: MAX_PAGE_BYTES }));
    for (const { location, offset, length, lastModified } of uploads) {
      const session = typeof location === 'string' ? client.sameServer(location, url) : undefined;
      const ours = offset === 0 && length === total && Date.parse(String(lastModified)) >= created - SKEW_MS;
      if (session !== undefined && ours) found.push(session);
    }
    if (typeof continuationToken !== 'string' || continuationToken === '') break;
    token = continuationToken;
  }
  return found;
}

interface Page {
  uploads: Record<string, unknown>[];
  continuationToken?: unknown;
}

function pageOf(answer: Answer): Page {
  if (AGAIN.includes(answer.status)) throw refusalOf('listing the uploads of the target', answer);
  if (answer.status !== 200) return { uploads: [] };
  try {
    const page = JSON.parse(answer.text) as Partial<Page> | null;
    const uploads = Array.isArray(page?.uploads) ? page.uploads.filter((upload) => typeof upload === 'object' && upload !== null) : [];
    return { ...page, uploads };
  } catch {
    return { uploads: [] };
  }
}
