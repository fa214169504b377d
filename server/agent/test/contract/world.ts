// Owns the world of the tests that go over all operations: an agent with two filled accounts, cheap to set up again from a copy.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectServer } from '@click-kit/object-server';
import { agent, type TestAgent } from '../agent.ts';
import type { Lifetime } from '../lifetime.ts';
import { fillAccount } from './fill.ts';
import { guardNetwork, type NetworkGuard } from './network-guard.ts';
import type { Ids } from './slots.ts';

export const people = {
  administrator: 'admin@example.com',
  user: 'user@example.com',
  creative: 'editor@example.com',
  stranger: 'owner@example.org',
} as const;
export type Person = keyof typeof people;

export interface World {
  readonly agent: TestAgent;
  readonly tokens: Readonly<Record<Person, string>>;
}

export interface Worlds {
  /** Data directory of the filled agent, which is closed; the worlds are copies of it. */
  readonly seed: string;
  readonly storage: string;
  /** For whatever tests write; removed in the end. */
  readonly folder: string;
  /** Kind -> ids in the accounts of the administrator and of the stranger, as the API shows them. */
  readonly ids: Readonly<Record<'administrator' | 'stranger', Ids>>;
  readonly network: NetworkGuard;
  /** An agent on a copy of the seed, with everybody signed in. */
  fresh(): Promise<World>;
  /** The same world while everybody can still be signed in, otherwise a fresh one. */
  alive(world: World): Promise<World>;
}

/** Nothing but the agents and their object server can be reached while these worlds exist. */
export async function worlds(lifetime: Lifetime): Promise<Worlds> {
  const network = guardNetwork();
  lifetime(async () => network.lift());
  const root = await mkdtemp(join(tmpdir(), 'click-test-worlds-'));
  lifetime(() => rm(root, { recursive: true, force: true }));
  const [folder, seed] = [join(root, 'files'), join(root, 'seed')];
  await mkdir(folder);
  const storage = await demoStorage(join(root, 'objects'), lifetime);
  network.allow(storage);
  const quick = { seedObjectServer: storage, verifyTimeoutMs: 2000, transferAttempts: 1, logTimeoutMs: 1000, validateResponses: false };
  const open = async (dataDir: string): Promise<World> => {
    const running = await agent({ ...quick, dataDir }, lifetime);
    network.allow(running.url);
    return await signedIn(running);
  };
  const seeding = await open(seed);
  const account = (token: string, mark: string) => ({ url: seeding.agent.url, token, mark, storage });
  const ids = {
    administrator: await fillAccount(account(seeding.tokens.administrator, 'of-the-first')),
    stranger: await fillAccount(account(seeding.tokens.stranger, 'of-the-second')),
  };
  await seeding.agent.close();
  let copies = 0;
  const fresh = async (): Promise<World> => {
    const dataDir = join(root, String((copies += 1)));
    await cp(seed, dataDir, { recursive: true });
    return await open(dataDir);
  };
  return { seed, storage, folder, ids, network, fresh, alive: (world) => revived(world, fresh) };
}

async function revived(world: World, fresh: () => Promise<World>): Promise<World> {
  const asked = Object.values(world.tokens).map((token) => world.agent.send(`/user/get_all_users?pagesize=1&token=${token}`));
  const answers = await Promise.all(asked);
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  if (answers.every(({ status }) => status === 200)) return world;
  return await signedIn(world.agent).catch(async () => {
    await world.agent.close();
    return await fresh();
  });
}

/** With the keys and buckets of the demo seed. */
async function demoStorage(dataDir: string, lifetime: Lifetime): Promise<string> {
  const server = await startObjectServer({
    dataDir,
    port: 0,
    accessKey: 'demo',
    secretKey: 'demo-secret',
    buckets: ['demo-bucket', 'demo-target'],
  });
  lifetime(() => server.close());
  return server.url;
}

async function signedIn(running: TestAgent): Promise<World> {
  const tokens: Partial<Record<Person, string>> = {};
  for (const [person, username] of Object.entries(people)) tokens[person as Person] = (await running.signIn(username)).token;
  return { agent: running, tokens: tokens as Record<Person, string> };
}
