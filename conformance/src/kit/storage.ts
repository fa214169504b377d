// Owns the object servers that the kit brings along, and the cloud accounts at the target that open them.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectServer } from '@click-kit/object-server';
import type { Api } from './api.ts';
import type { Cleanup } from './cleanup.ts';
import type { Environment } from './environment.ts';
import { codeOf } from './error-model.ts';
import { Blocked } from './faults.ts';
import { ObjectClient } from './object-client.ts';
import { isLocal } from './target.ts';
import { startThrottle, type Throttle } from './throttle.ts';

export interface ObjectServerFixture {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly source: string;
  readonly target: string;
  readonly objects: ObjectClient;
  readonly close: () => Promise<void>;
}

export interface Storage extends ObjectServerFixture {
  /** Where the target reaches it: the relay, if there is one. */
  readonly serviceUrl: string;
  readonly throttle: Throttle | undefined;
  /** As requests name it. */
  readonly account: { readonly id: string; readonly cloudType: 2048 | 4096 };
}

export interface StorageOptions {
  /** Puts a relay of this rate before the server. */
  readonly bytesPerSecond?: number;
  readonly burst?: number;
  readonly cloudType?: 2048 | 4096;
}

export async function startObjects({ http, prefix, redactor, target }: Environment, cleanup: Cleanup): Promise<ObjectServerFixture> {
  if (!isLocal(target)) throw new Blocked(`${target.url} is another machine, which cannot reach the kit's object servers on this one`);
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}-objects-`));
  cleanup.add(dataDir, () => rm(dataDir, { recursive: true, force: true }));
  const [accessKey, secretKey] = [`kit-access-${randomBytes(9).toString('hex')}`, `kit-secret-${randomBytes(18).toString('hex')}`];
  redactor.add(accessKey, secretKey);
  const [source, bucket] = [`${prefix}-source`, `${prefix}-target`];
  const server = await startObjectServer({ dataDir, accessKey, secretKey, buckets: [source, bucket] });
  cleanup.add(`object server ${server.url}`, () => server.close());
  const objects = new ObjectClient({ url: server.url, accessKey, secretKey, http });
  return { url: server.url, accessKey, secretKey, source, target: bucket, objects, close: () => server.close() };
}

let accounts = 0;

/** Stores a cloud account at the target, through the API like any client, and takes it back at the end. */
export async function openAccount(
  environment: Environment,
  server: ObjectServerFixture,
  api: Api,
  cleanup: Cleanup,
  options: StorageOptions,
): Promise<Storage> {
  const { bytesPerSecond, burst = 0, cloudType = 2048 } = options;
  const throttle = bytesPerSecond === undefined ? undefined : await startThrottle({ target: server.url, bytesPerSecond, burst });
  if (throttle !== undefined) cleanup.add(`relay ${throttle.url}`, () => throttle.close());
  const serviceUrl = throttle?.url ?? server.url;
  accounts += 1;
  const body = {
    name: `${environment.prefix}-storage-${accounts}`,
    cloudType,
    accessKey: server.accessKey,
    secretKey: server.secretKey,
    serviceUrl,
    shared: false,
  };
  const answer = await api.call('insertCloudAccount', { body });
  const id = typeof answer.body === 'object' && answer.body !== null ? (answer.body as { id?: unknown }).id : undefined;
  if (answer.status !== 200 || typeof id !== 'string') {
    throw new Blocked(
      `no cloud account for the kit's object server: insert_account answered ${answer.status} ${codeOf(answer.body, answer.headers) ?? ''}`.trim(),
    );
  }
  cleanup.add(`cloud account ${body.name}`, async () => {
    const { status } = await api.forCleanUp().call('deleteCloudAccount', { query: { id } });
    if (status !== 200) throw new Error(`delete answered ${status}`);
  });
  return { ...server, serviceUrl, throttle, account: { id, cloudType } };
}
