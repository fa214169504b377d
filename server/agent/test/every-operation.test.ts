// Property-based test of every operation of the contract: whatever is sent, the answer is a documented one, and it comes.
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './contract/client.ts';
import { codeOf, violations } from './contract/judge.ts';
import { type Operation, operations } from './contract/operations.ts';
import { type DrawnRequest, requestOf, type Who } from './contract/requests.ts';
import { kindOf } from './contract/slots.ts';
import type { Surroundings } from './contract/values.ts';
import { type World, type Worlds, worlds } from './contract/world.ts';
import { forGroup } from './lifetime.ts';

/** To play a failure again: EVERY_OPERATION_SEED=<seed> npx vitest run server/agent/test/every-operation.test.ts */
const seed = Number(process.env.EVERY_OPERATION_SEED ?? randomBytes(4).readInt32LE());
/** Requests in all: the time of the test does not grow with the contract. */
const requests = Number(process.env.EVERY_OPERATION_REQUESTS ?? 1500);
const numRuns = Math.max(5, Math.round(requests / operations.length));
const longestMs = 5000;

describe('every operation of the contract', () => {
  const lifetime = forGroup();
  const answered = new Map<string, number>();
  let all: Worlds;
  let world: World;
  let surroundings: Omit<Surroundings, 'idsFor'>;
  let ended: string;

  beforeAll(async () => {
    all = await worlds(lifetime);
    world = await all.fresh();
    ended = (await world.agent.signIn()).token;
    await world.agent.send('/authentication/logout', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jwtToken: ended }),
    });
    const idsOf = (ids: Worlds['ids']['stranger']): string[] => [...ids.values()].flat();
    const { port } = new URL(all.storage);
    surroundings = {
      ids: [...idsOf(all.ids.administrator), ...idsOf(all.ids.stranger), randomUUID(), await deletedCloudAccount()],
      addresses: [all.storage, `http://localhost:${port}`, 'http://127.0.0.1:9', 'localhost', '127.0.0.1', '::1', 'https://[::1]:9/x'],
      folder: all.folder,
    };
  }, 120_000);

  afterAll(() => {
    console.log(
      `every-operation: seed ${seed}, ${[...answered.values()].reduce((sum, n) => sum + n, 0)} requests, answers by status: ${told()}`,
    );
  });

  const told = (): string =>
    [...answered]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ');

  async function deletedCloudAccount(): Promise<string> {
    const insert = operations.find(({ id }) => id === 'insertCloudAccount')!;
    const remove = operations.find(({ id }) => id === 'deleteCloudAccount')!;
    const fields = { name: 'deleted', cloudType: 2048, serviceUrl: all.storage, accessKey: 'demo', secretKey: 'demo-secret' };
    const [token, body] = [world.tokens.administrator, { type: 'application/json', text: JSON.stringify(fields) }];
    const { id } = JSON.parse((await call(world.agent.url, insert, { token, path: {}, query: {}, body })).text) as { id: string };
    await call(world.agent.url, remove, { token, path: {}, query: { id }, body: undefined });
    return id;
  }

  const tokenOf = (who: Who): string | undefined =>
    who === 'nobody' ? undefined : who === 'ended' ? ended : who === 'random' ? randomBytes(12).toString('base64url') : world.tokens[who];

  async function isAsDocumented(operation: Operation, { who, ...request }: DrawnRequest): Promise<void> {
    const answer = await call(world.agent.url, operation, { ...request, token: tokenOf(who) });
    answered.set(`${answer.status} ${codeOf(answer)}`.trim(), (answered.get(`${answer.status} ${codeOf(answer)}`.trim()) ?? 0) + 1);
    expect(violations(operation, answer), `${operation.id}, seed ${seed}`).toEqual([]);
    const isBad = who === 'nobody' || who === 'ended' || who === 'random';
    if (isBad && operation.security === 'required') expect(answer.status, 'without a good token').toBe(401);
  }

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s answers what is documented',
    async (_id, operation) => {
      world = await all.alive(world);
      const idsFor = (name: string): readonly string[] => all.ids.administrator.get(kindOf(operation, name) ?? '') ?? [];
      const property = fc.asyncProperty(requestOf(operation, { ...surroundings, idsFor }), (request) => isAsDocumented(operation, request));
      await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: longestMs, markInterruptAsFailure: false });
    },
    60_000,
  );

  it('has left the agent alive, with nothing in its log that was not expected', async () => {
    expect((await world.agent.send('/management/agent_status')).status).toBe(200);
    expect(
      world.agent
        .logged()
        .split('\n')
        .filter((line) => line.includes('"level":50')),
    ).toEqual([]);
  });
});
