// Owns the scene of the tests of P2P transfers: an agent, two object servers with accounts, and the calls between them.
import { randomBytes } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { beforeAll, expect } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf } from './answers.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';

export type Initiate = Schema<'P2PTransferInitiateRequest'>;

export const MiB = 1024 * 1024;
export const size = 4 * MiB + 11;
export const timeout = 30_000;

export interface Scene {
  readonly running: TestAgent;
  readonly click: SignedIn;
  readonly source: TestObjectServer;
  readonly target: TestObjectServer;
  readonly accounts: { readonly source: string; readonly target: string };
}

/** To be called once in a test file; what it answers is filled before the first test. */
export function p2pScene(): Scene {
  const lifetime = forGroup();
  const scene = {} as { -readonly [Name in keyof Scene]: Scene[Name] };
  beforeAll(async () => {
    scene.running = await agent({}, lifetime);
    const click = (scene.click = await scene.running.signIn());
    scene.source = await objectServer(['bucket-a'], lifetime);
    scene.target = await objectServer(['bucket-b'], lifetime);
    const target = await insertAccount(click, scene.target.url, { cloudType: 4096 });
    scene.accounts = { source: await insertAccount(click, scene.source.url), target };
  }, 60_000);
  return scene;
}

export const at = (transferId: string) => ({ params: { path: { transferId } } });

export function callsOf(scene: Scene) {
  const order = (name: string, more: Partial<Initiate> = {}): Initiate => ({
    sourceAccount: { id: scene.accounts.source },
    targetAccount: { id: scene.accounts.target },
    sourceBucket: 'bucket-a',
    sourcePath: `from/${name}`,
    targetServerUrl: scene.target.url,
    targetBucket: 'bucket-b',
    targetPath: `to/${name}`,
    chunkSizeMB: 1,
    ...more,
  });
  const initiate = (body: Initiate, as: SignedIn = scene.click) => as.POST('/cloud/p2p_transfer/initiate', { body });
  const statusOf = (transferId: string, as: SignedIn = scene.click) =>
    bodyOf(as.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)));
  const object = async (name: string, bytes: Buffer = randomBytes(size)): Promise<Buffer> => {
    await scene.source.put('bucket-a', `from/${name}`, bytes);
    return bytes;
  };
  return {
    order,
    initiate,
    statusOf,
    object,
    pause: (transferId: string) => scene.click.POST('/cloud/p2p_transfer/{transferId}/pause', at(transferId)),
    resume: (transferId: string) => scene.click.POST('/cloud/p2p_transfer/{transferId}/resume', at(transferId)),
    cancel: (transferId: string) => scene.click.POST('/cloud/p2p_transfer/{transferId}/cancel', at(transferId)),
    allOf: async (as: SignedIn = scene.click) => bodyOf(as.GET('/cloud/p2p_transfer/all')),

    ended: async (transferId: string, as: SignedIn = scene.click): Promise<Schema<'P2PTransferStatusResponse'>> => {
      await expect.poll(async () => (await statusOf(transferId, as)).status, { timeout: 15_000 }).toMatch(/completed|failed|cancelled/);
      return statusOf(transferId, as);
    },

    /** A transfer whose target takes no more after a while. */
    held: async (name: string) => {
      const passage = await gate(scene.target.url, 'to-server', 1.5 * MiB);
      const bytes = await object(name);
      const targetAccount = { id: await insertAccount(scene.click, passage.url) };
      const { transferId } = await bodyOf(initiate(order(name, { targetServerUrl: passage.url, targetAccount })));
      await passage.holding();
      return { passage, bytes, transferId };
    },
  };
}
