// Owns what the tests of the commands of pushes share: the pushes of a server without the server, on a disk that is as slow and as
// full as a test says.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { BucketStore } from '../src/bucket-store.ts';
import { DEFAULT_LIMITS, type Limits } from '../src/limits.ts';
import { silentLogger } from '../src/logger.ts';
import { ObjectStore } from '../src/object-store.ts';
import { addressPolicy } from '../src/push/address-policy.ts';
import { PushService } from '../src/push/push-service.ts';
import { PushStore } from '../src/push/push-store.ts';
import type { Push, PushRequest } from '../src/push/push.ts';
import { ACCESS_KEY, SECRET_KEY, startFixture, temporaryDirectory } from './fixture.ts';
import { KIB, object, QUICK } from './push-fixture.ts';

export class SlowStore extends PushStore {
  /** How many turns of the event loop pass before the next write begins, and before its end is told. */
  turns = { before: 0, after: 0 };
  /** What the next writes fail with. */
  failure: Error | undefined;

  override async save(...args: Parameters<PushStore['save']>): Promise<void> {
    const { before, after } = this.turns;
    for (let n = 0; n < before; n++) await turn();
    if (this.failure !== undefined) throw this.failure;
    await super.save(...args);
    for (let n = 0; n < after; n++) await turn();
  }
}

export interface PushBench {
  service: PushService;
  store: SlowStore;
  newId(): string;
  order(target: string): PushRequest;
  /** What a server would find on the disk after a crash at this moment. */
  onDisk(id: string): Promise<Push | undefined>;
}

export async function pushBench(limits: Partial<Limits> = {}): Promise<PushBench> {
  const [source, dataDir] = [await startFixture(), await temporaryDirectory()];
  await object(source, 'a.bin', 10);
  const objects = new ObjectStore(source.dataDir, new BucketStore(source.dataDir, Date.now));
  const store = new SlowStore(dataDir);
  const service = new PushService({
    store,
    objects,
    limits: { ...DEFAULT_LIMITS, ...QUICK, pushPauseGraceMs: 0, ...limits },
    clock: Date.now,
    logger: silentLogger,
    policy: addressPolicy(true),
    relayUrl: undefined,
  });
  await service.open();
  onTestFinished(() => service.close());
  return {
    service,
    store,
    newId: () => randomUUID(),
    order: (url) => ({
      source: { bucket: 'bucket', key: 'a.bin' },
      sourceETag: undefined,
      target: { url: `${url}/`, bucket: 'bucket', key: 'a.bin', accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
      overwrite: false,
      chunkBytes: 64 * KIB,
      turn: null,
    }),
    async onDisk(id) {
      const text = await readFile(join(dataDir, 'pushes', `${id}.json`), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as Push);
    },
  };
}
