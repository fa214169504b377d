// Owns what the kit's identity provider remembers: sessions, codes and tokens, for as long as a run.
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/** Nothing expires before the run does; the library itself looks at the times of what it is given back. */
export function memoryAdapter(): AdapterFactory {
  const stored = new Map<string, AdapterPayload>();
  const find = (fits: (payload: AdapterPayload) => boolean) => Promise.resolve([...stored.values()].find(fits));
  return (name): Adapter => {
    const key = (id: string): string => `${name}:${id}`;
    return {
      async upsert(id, payload) {
        stored.set(key(id), payload);
      },
      find: (id) => Promise.resolve(stored.get(key(id))),
      findByUid: (uid) => find((payload) => payload.uid === uid),
      findByUserCode: (userCode) => find((payload) => payload.userCode === userCode),
      async consume(id) {
        const payload = stored.get(key(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        stored.delete(key(id));
      },
      async revokeByGrantId(grantId) {
        for (const [id, payload] of stored) if (payload.grantId === grantId) stored.delete(id);
      },
    };
  };
}
