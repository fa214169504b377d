// Owns finding the configurations of single sign-on that a run leaves behind.
import type { Api } from '../api.ts';
import { type Configuration, kinds, nameOf } from '../sso/kinds.ts';
import type { Leftover, LeftoverKind, Ours } from './leftover.ts';

/** The documented example names a client "string": what it stored was stored by a check that expected to be refused. */
const example = 'string';

export const ssoConfigurations: LeftoverKind = { needs: kinds.flatMap(({ get, remove }) => [get, remove]), find };

async function find(api: Api, ours: Ours): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const { name, get, remove } of kinds) {
    const { status, body } = await api.call(get);
    const named = status === 200 && typeof body === 'object' && body !== null ? nameOf(body as Configuration) : undefined;
    if (typeof named !== 'string' || !(ours(named) || named === example)) continue;
    found.push({
      what: `the configuration of ${name} for ${named}`,
      remove: async () => {
        const removed = await api.call(remove);
        if (removed.status !== 200) throw new Error(`deleting the configuration of ${name} answered ${removed.status}`);
      },
    });
  }
  return found;
}
