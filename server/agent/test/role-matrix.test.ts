// Holds every operation against docs/role-matrix.md: what callers of each kind are answered, whatever operations there are.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, json } from './contract/client.ts';
import { codeOf, violations } from './contract/judge.ts';
import { type Operation, operations } from './contract/operations.ts';
import { exampleRequest } from './contract/slots.ts';
import { type Person, type World, type Worlds, worlds } from './contract/world.ts';
import { forGroup } from './lifetime.ts';

interface Row {
  readonly noToken: string;
  readonly user: string;
  readonly creative: string;
  readonly administrator: string;
}

const text = readFileSync(fileURLToPath(new URL('../../../docs/role-matrix.md', import.meta.url)), 'utf8');
const matrix = new Map(
  text.split('\n').flatMap((line): [string, Row][] => {
    const [, id = '', , noToken = '', user = '', creative = '', administrator = ''] = line.split('|').map((cell) => cell.trim());
    return id.startsWith('`') ? [[id.replaceAll('`', ''), { noToken, user, creative, administrator }]] : [];
  }),
);

describe('the role matrix', () => {
  const lifetime = forGroup();
  let all: Worlds;
  let world: World;
  beforeAll(async () => {
    all = await worlds(lifetime);
    world = await all.fresh();
  }, 120_000);

  it('has a row for every operation, and none for others', () => {
    expect([...matrix.keys()].sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  /** The example of the contract, about things of the caller's account. */
  async function answered(operation: Operation, caller: Person | undefined): Promise<Answer> {
    const ids = all.ids[caller === 'stranger' ? 'stranger' : 'administrator'];
    const { path, query, body } = exampleRequest(operation, (kind) => ids.get(kind ?? '')?.[0]);
    const token = caller === undefined ? undefined : world.tokens[caller];
    const answer = await call(world.agent.url, operation, { token, path, query, body: json(body) });
    expect(violations(operation, answer), operation.id).toEqual([]);
    return answer;
  }

  const isAccess = (answer: Answer): boolean => answer.status === 499 && codeOf(answer) === 'ACCESS';

  describe.each(operations.map((operation) => [operation.id, operation] as const))('says of %s', (id, operation) => {
    it('what a caller without a token is answered', async () => {
      world = await all.alive(world);
      const answer = await answered(operation, undefined);
      const said = matrix.get(id)?.noToken;
      if (said === '401') expect([answer.status, codeOf(answer)]).toEqual([401, 'TOKEN']);
      else expect(said === 'stand-in' ? [401, 403].includes(answer.status) : isAccess(answer)).toBe(false);
    });

    it('what a user is answered', async () => {
      world = await all.alive(world);
      const answer = await answered(operation, 'user');
      if (matrix.get(id)?.user === '`ACCESS`') expect([answer.status, codeOf(answer)]).toEqual([499, 'ACCESS']);
      else expect([operation.security === 'none' ? 0 : answer.status], 'a user is admitted').not.toEqual([401]);
    });

    it('what a creative user is answered', async () => {
      world = await all.alive(world);
      const answer = await answered(operation, 'creative');
      if (matrix.get(id)?.creative === '`ACCESS`') expect([answer.status, codeOf(answer)]).toEqual([499, 'ACCESS']);
      else expect([operation.security === 'none' ? 0 : answer.status], 'a creative user is admitted').not.toEqual([401]);
    });

    it('what an administrator is answered', async () => {
      world = await all.alive(world);
      const answer = await answered(operation, 'administrator');
      expect(matrix.get(id)?.administrator).toBe('allowed');
      expect(isAccess(answer) && refusesRole(answer), answer.text).toBe(false);
      expect([operation.security === 'none' ? 0 : answer.status], 'an administrator is admitted').not.toEqual([401]);
    });
  });

  /** `ACCESS` has other reasons, too: a provider that refuses keys. This one is about the caller. */
  const refusesRole = ({ text: body }: Answer): boolean => body.includes('Only an administrator');
});
