// Owns finding the uploads at an object server whose creation was never heard of, and removing them.
import { clockSkewMs } from './clock-skew.ts';
import type { HttpClient } from './http-client.ts';
import { count, date, readJson, records, text } from './http-json.ts';
import { ProviderError } from './provider.ts';
import { terminate } from './tus-protocol.ts';

/** What servers say that have no such listing, or do not show it to everyone. */
const NO_LISTING = [400, 403, 404, 405, 501];
const MAX_PAGES = 100;

type ObjectName = Readonly<Record<'bucket' | 'key', string>>;

/** Does nothing at a server that does not list its uploads: there they expire. */
export async function sweepUploads(client: HttpClient, at: ObjectName, since: Date, signal: AbortSignal): Promise<void> {
  try {
    for (const location of await emptySince(client, at, since.getTime() - clockSkewMs, signal))
      await terminate(client, client.sameServer(location, client.url('')), signal);
  } catch (error) {
    if (!(error instanceof ProviderError && error.kind === 'invalid')) throw error;
  }
}

async function emptySince(client: HttpClient, { bucket, key }: ObjectName, since: number, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  const url = client.url('.uploads');
  for (let page = 0, token = ''; page < MAX_PAGES; page++) {
    url.search = new URLSearchParams({ bucket, key, ...(token !== '' && { 'continuation-token': token }) }).toString();
    const body = await readJson(client, url, signal, NO_LISTING);
    for (const upload of records(body['uploads'])) {
      const empty = count(upload['offset']) === 0 && date(upload['lastModified']).getTime() >= since;
      if (empty) found.push(text(upload['location']));
    }
    token = text(body['continuationToken']);
    if (token === '') break;
  }
  return found;
}
