// Property over every operation of the contract: an account neither sees nor changes what belongs to another one.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, json } from './contract/client.ts';
import { violations } from './contract/judge.ts';
import { contract, type Operation, operations } from './contract/operations.ts';
import { type Belongings, belongings } from './contract/ownership.ts';
import { exampleRequest, kindOf } from './contract/slots.ts';
import { type World, type Worlds, worlds } from './contract/world.ts';
import { forGroup } from './lifetime.ts';

const [theirs, ours] = ['Example Org', 'Example Studio'];
/** Ids of one table that are tried where something else is asked for. */
const ofEachTable = 1;
/** Whoever knows an address may ask for a way back in: Forgot Password needs no token. */
const openToAll = new Set(['one_time_passwords']);

describe('an account', () => {
  const lifetime = forGroup();
  let all: Worlds;
  let world: World;
  let other: Belongings;
  let secrets: readonly string[];
  let kindOfId: Map<string, string>;
  const worldsUsed: string[] = [];

  beforeAll(async () => {
    all = await worlds(lifetime);
    other = belongings(all.seed, theirs);
    const own = belongings(all.seed, ours);
    // What the own things are called, or what the documented examples say, tells nothing of anybody.
    const known = [...own.names, JSON.stringify(contract)];
    secrets = [...other.ids, ...other.names].filter((secret) => !known.some((text) => text.includes(secret)));
    kindOfId = new Map([...all.ids.administrator].flatMap(([kind, ids]) => ids.map((id) => [id, kind] as const)));
    world = await started();
  }, 120_000);

  async function started(): Promise<World> {
    const fresh = await all.fresh();
    worldsUsed.push(fresh.agent.dataDir);
    return fresh;
  }

  /** Ids of the other account for a place: all of the kind that is asked for, and some of everything else. */
  function foreignIds(kind: string | undefined): string[] {
    const fitting = [...other.ids].filter((id) => kindOfId.get(id) === kind);
    const rest = [...other.idsByTable.values()].flatMap((ids) => ids.filter((id) => kindOfId.get(id) !== kind).slice(0, ofEachTable));
    return [...new Set([...fitting, ...rest])];
  }

  async function tell(operation: Operation, fill: Parameters<typeof exampleRequest>[1]): Promise<Answer> {
    const { path, query, body } = exampleRequest(operation, fill);
    const token = operation.security === 'none' ? undefined : world.tokens.stranger;
    return await call(world.agent.url, operation, { token, path, query, body: json(body) });
  }

  function expectNothingOfTheirs(operation: Operation, answer: Answer, what: string): void {
    expect(violations(operation, answer), `${operation.id} with ${what}`).toEqual([]);
    const leaked = secrets.filter((secret) => answer.text.includes(secret));
    expect(leaked, `${operation.id} with ${what} answers ${answer.status}`).toEqual([]);
  }

  it('is known well enough to be looked for', () => {
    expect(other.ids.size).toBeGreaterThan(10);
    expect(secrets).toEqual(expect.arrayContaining(['admin@example.com']));
    expect([...all.ids.stranger.keys()]).toContain('User');
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'gets nothing of another one out of %s',
    async (_id, operation) => {
      world = await all.alive(world);
      const mine = (kind: string | undefined): string | undefined => all.ids.stranger.get(kind ?? '')?.[0];
      expectNothingOfTheirs(operation, await tell(operation, mine), 'its own ids');
      const { slots } = exampleRequest(operation, () => undefined);
      for (let slot = 0; slot < slots; slot += 1) {
        let [at, kind]: [number, string | undefined] = [0, undefined];
        exampleRequest(operation, (_kind, name) => {
          if (at++ === slot) kind = kindOf(operation, name);
          return undefined;
        });
        for (const id of foreignIds(kind)) {
          let place = 0;
          const answer = await tell(operation, (wanted) => (place++ === slot ? id : mine(wanted)));
          expectNothingOfTheirs(operation, answer, `${id} in place ${slot + 1}`);
        }
      }
      // All places at once: things that fit together, as their owner would name them.
      if (slots > 1) {
        const theirOwn = (kind: string | undefined): string | undefined => all.ids.administrator.get(kind ?? '')?.[0];
        expectNothingOfTheirs(operation, await tell(operation, theirOwn), 'ids that belong together');
      }
    },
    60_000,
  );

  it('has changed nothing of another one by all that', async () => {
    await world.agent.close();
    for (const dataDir of worldsUsed) {
      const { rows } = belongings(dataDir, theirs);
      const goneOf = ([table, before]: readonly [string, readonly string[]]): string[] => {
        const now = new Set(rows.get(table));
        return before.flatMap((row) => (now.has(row) ? [] : [`${table}: ${row.slice(0, 200)}`]));
      };
      expect([...other.rows].flatMap(goneOf), 'changed or gone').toEqual([]);
      const counts = (tables: Belongings['rows']): [string, number][] =>
        [...tables].flatMap(([table, of]) => (openToAll.has(table) ? [] : [[table, of.length]]));
      expect(counts(rows)).toEqual(counts(other.rows));
    }
  });
});
