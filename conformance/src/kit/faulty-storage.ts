// Owns what scenarios of broken storages share: an account whose server goes wrong, and how a transfer with it has to end.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import { type FaultyRelay, type RelayedRequest, startFaultyRelay } from './faulty-relay.ts';
import type { LocalFile } from './given.ts';
import type { Mishap } from './mishaps.ts';
import { sha256 } from './random-bytes.ts';
import type { Storage } from './storage.ts';
import { clientState, type ClientStatus } from './transfers.ts';

export interface FaultyStorage extends Storage {
  readonly relay: FaultyRelay;
}

/** The shared object server of the run, by an account of this check's own that reaches it over a relay. */
export async function faultyStorage(
  { given, cleanUp }: Context,
  mishapOf: (request: RelayedRequest) => Mishap | undefined,
): Promise<FaultyStorage> {
  const server = await given.storage();
  const relay = await startFaultyRelay(server.url, mishapOf);
  cleanUp(`relay ${relay.url}`, () => relay.close());
  return { ...(await given.accountAt({ ...server, url: relay.url })), relay };
}

const writes = ['PUT', 'POST', 'PATCH'];

export const isRead = ({ method, path }: RelayedRequest, key: string): boolean => method === 'GET' && path.endsWith(`/${key}`);
/** Of an object's bytes: by PUT, or by tus. */
export const isWrite = ({ method }: RelayedRequest): boolean => method === 'PUT' || method === 'PATCH';
/** Anything that would change the storage. */
export const isChange = ({ method }: RelayedRequest): boolean => writes.includes(method);

/** The first that fits goes wrong; all others are let through. */
export function once(fits: (request: RelayedRequest) => boolean, mishap: Mishap): (request: RelayedRequest) => Mishap | undefined {
  let done = false;
  return (request) => {
    if (done || !fits(request)) return undefined;
    done = true;
    return mishap;
  };
}

export interface Downloaded {
  readonly folder: string;
  readonly name: string;
  /** Each of them is right as a whole. */
  readonly versions: readonly Buffer[];
}

/** All of the object, and completed; or nothing, and failed with a reason. */
export async function wholeOrNoFile(
  context: Context,
  api: Api,
  transferId: string,
  { folder, name, versions }: Downloaded,
): Promise<ClientStatus> {
  const { expect, eventually } = context;
  const end = await clientState(context, api, transferId, ['completed', 'failed']);
  const wanted = end.status === 'completed' ? [name] : [];
  await eventually({
    rule: 'the folder holds the file when the transfer is completed, and nothing otherwise',
    read: () => readdir(folder),
    fits: (names) => names.join('/') === wanted.join('/'),
  });
  if (end.status === 'completed')
    expect.oneOf(sha256(await readFile(join(folder, name))), versions.map(sha256), 'the file equals the object (SHA-256)');
  else expect.that(typeof end.errorMessage === 'string' && end.errorMessage !== '', '`errorMessage` says what went wrong');
  return end;
}

/** The same of an upload, by what the bucket shows. */
export async function wholeOrNoObject(
  context: Context,
  api: Api,
  transferId: string,
  {
    storage,
    file,
    versions = [file.bytes],
  }: { readonly storage: Storage; readonly file: LocalFile; readonly versions?: readonly Buffer[] },
): Promise<ClientStatus> {
  const { expect } = context;
  const end = await clientState(context, api, transferId, ['completed', 'failed']);
  const key = `uploads/${file.name}`;
  const found = await storage.objects.sha256(storage.target, key);
  if (end.status === 'completed') expect.oneOf(found, versions.map(sha256), 'the object equals the file (SHA-256)');
  else {
    expect.equal(found, undefined, 'the bucket shows nothing of it');
    expect.that(typeof end.errorMessage === 'string' && end.errorMessage !== '', '`errorMessage` says what went wrong');
  }
  return end;
}
