// Owns what an upload must know of its target object: the version before, and proof of the one after.
import { discard, nameOf, type HttpClient } from './http-client.ts';
import { inspect, type HttpObjectInfo } from './http-source.ts';
import { ProviderError } from './provider.ts';

async function find(client: HttpClient, url: URL, signal: AbortSignal): Promise<HttpObjectInfo | undefined> {
  try {
    return await inspect(client, url, signal);
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'missing') return undefined;
    throw error;
  }
}

/** A text that differs between two versions of the object; empty while there is none. */
async function versionOf(client: HttpClient, url: URL, signal: AbortSignal): Promise<string> {
  const info = await find(client, url, signal);
  return info === undefined ? '' : fingerprint(info);
}

/** Rejects with `conflict` for an object that must be absent; otherwise the version before, as `versionOf`. */
export async function versionBefore(client: HttpClient, url: URL, ifAbsent: boolean, signal: AbortSignal): Promise<string> {
  const before = await versionOf(client, url, signal);
  if (ifAbsent && before !== '') throw new ProviderError('conflict', `${nameOf({ method: 'PUT', url })}: there is an object already`);
  return before;
}

/** Whether the object of this size has appeared since `before`: settles an answer that got lost. */
export async function appeared(
  client: HttpClient,
  url: URL,
  expected: { size: number; before: string },
  signal: AbortSignal,
): Promise<boolean> {
  const info = await find(client, url, signal);
  return info !== undefined && info.size === expected.size && fingerprint(info) !== expected.before;
}

/** Rejects with `unavailable`, after removing the object, when the published size is another one. */
export async function confirmSize(client: HttpClient, url: URL, size: number, signal: AbortSignal): Promise<void> {
  const info = await find(client, url, signal);
  if (info?.size === size) return;
  if (info !== undefined) await discard(await client.send({ method: 'DELETE', url }, signal, [404, 410]));
  throw new ProviderError(
    'unavailable',
    `${nameOf({ method: 'HEAD', url })}: the server published ${info?.size ?? 'none'} of ${size} bytes`,
  );
}

function fingerprint(info: HttpObjectInfo): string {
  return `${info.size} ${info.eTag} ${info.lastModifiedText}`;
}
