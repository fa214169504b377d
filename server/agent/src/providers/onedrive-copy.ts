// Owns copies within a OneDrive: asked for, then watched until they are done (learn.microsoft.com/graph/long-running-actions-overview).
import { setTimeout as wait } from 'node:timers/promises';
import { DRIVE, type Item, type OneDriveClient } from './onedrive-client.ts';
import { checksumOf, createFolder, fileAt, itemOf, removeItem } from './onedrive-files.ts';
import { type CopyCourse, type CopySource, ProviderError, type UploadRequest, type Verification } from './provider.ts';

/** A personal OneDrive cannot be told to replace, so an object that is there already is left to an upload. */
export async function copyFile(
  client: OneDriveClient,
  from: CopySource,
  to: UploadRequest,
  signal: AbortSignal,
  course?: CopyCourse,
): Promise<Verification> {
  const source = await fileAt(client, from, signal);
  if ((await itemOf(client, to.bucket, to.key, signal)) !== undefined) throw taken(to);
  const cut = to.key.lastIndexOf('/');
  const parent = await folderAt(client, to.bucket, to.key.slice(0, Math.max(0, cut)), signal);
  const body = {
    parentReference: { driveId: (parent.parentReference as Item | undefined)?.driveId, id: parent.id },
    name: to.key.slice(cut + 1),
  };
  const url = `${DRIVE}/items/${encodeURIComponent(String(source.id))}/copy`;
  const answer = await client.call({ what: 'OneDrive copy', method: 'POST', url, body, tolerated: [409] }, signal);
  if (answer.status === 409) throw taken(to);
  const monitor = client.ownProof(answer.header('location'), 'the progress of a copy');
  await done(client, { to, monitor, alive: () => course?.alive() }, signal);
  return await confirmCopy(client, source, to, signal);
}

async function confirmCopy(client: OneDriveClient, source: Item, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
  const copy = await itemOf(client, to.bucket, to.key, signal);
  if (copy === undefined) throw new ProviderError('unavailable', `the copy ${JSON.stringify(to.key)} is not there`);
  const [one, other] = [checksumOf(source), checksumOf(copy)];
  const proven = one !== undefined && other !== undefined;
  if (copy.size === source.size && (!proven || one.value === other.value)) return proven ? 'object' : 'size';
  await removeItem(client, copy, signal);
  throw new ProviderError('changed', `${JSON.stringify(to.key)} changed while it was copied`);
}

async function folderAt(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<Item> {
  const found = await itemOf(client, bucket, key, signal);
  if (found !== undefined) return found;
  await createFolder(client, bucket, key, signal);
  return (await itemOf(client, bucket, key, signal)) ?? {};
}

interface Watch {
  readonly to: UploadRequest;
  /** The address that tells how the copy goes. */
  readonly monitor: string;
  /** Called after each answer. */
  readonly alive: () => void;
}

async function done(client: OneDriveClient, { to, monitor, alive }: Watch, signal: AbortSignal): Promise<void> {
  const { pollMs, copyMs } = client.times;
  let percentage: unknown;
  for (let waited = 0; waited <= copyMs; waited += pollMs) {
    const request = { what: 'OneDrive copy progress', method: 'GET', url: monitor, anonymous: true, tolerated: [303] } as const;
    const { status, json } = await client.call(request, signal);
    alive();
    // The end is told by a status or, as it used to be, by a redirect to the copy.
    if (status === 303 || json.status === 'completed') return;
    if (json.status === 'failed') {
      if ((json.error as Item | undefined)?.code === 'nameAlreadyExists') throw taken(to);
      throw new ProviderError('unavailable', 'OneDrive gave up a copy that it had begun');
    }
    if (json.percentageComplete !== percentage) waited = 0;
    percentage = json.percentageComplete;
    await pause(pollMs, signal);
  }
  throw new ProviderError('unavailable', `a copy within OneDrive did not get any further for ${Math.ceil(copyMs / 1000)} seconds`);
}

/** Rejects with the reason of the signal, as everything does here. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

const taken = ({ key, ifAbsent }: UploadRequest): ProviderError =>
  ifAbsent === true
    ? new ProviderError('conflict', `there is an object ${JSON.stringify(key)} already`)
    : new ProviderError('invalid', 'OneDrive copies onto nothing that is there already: the object has to be uploaded');
