// Owns setting up single sign-on at the target for a check, and taking it back. What somebody else has set up is left alone.
import type { Api } from '../api.ts';
import type { Context } from '../check.ts';
import type { OperationId } from '../contract.ts';
import { Blocked } from '../faults.ts';
import { type Configuration, type Kind, nameOf } from './kinds.ts';

export const operationsOf = ({ setup, get, remove }: Kind): readonly OperationId[] => [setup, get, remove];

/** The configuration, which is gone after the check. */
export async function setUp({ cleanUp, expect }: Context, api: Api, kind: Kind, body: Configuration): Promise<Configuration> {
  await refuseIfThere(api, kind);
  const after = api.forCleanUp();
  let stored = false;
  cleanUp(`the configuration of ${kind.name}`, async () => {
    const { body: left } = await after.call(kind.get);
    // Nothing was there before, so what was stored is ours, whatever the target made of its names.
    if (left !== null && left !== undefined && (stored || isSame(left, body))) await after.call(kind.remove);
  });
  const { status, body: saved } = await api.call(kind.setup, { body: body as never });
  stored = status === 200;
  expect.equal(status, 200, `Setup ${kind.name} answers 200`);
  expect.that(typeof saved === 'object' && saved !== null, `Setup ${kind.name} answers the saved object`, saved);
  return saved as Configuration;
}

/** A real agent may be judged: nobody could give back what the kit overwrote. */
export async function refuseIfThere(api: Api, kind: Kind): Promise<void> {
  const there: unknown = await api.ok(kind.get);
  if (there !== null && there !== undefined)
    throw new Blocked(`the account has a configuration of ${kind.name} already, and the kit leaves it alone`);
}

const isSame = (left: unknown, body: Configuration): boolean =>
  typeof left === 'object' && left !== null && nameOf(left as Configuration) === nameOf(body);
