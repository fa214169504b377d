// Owns the storage endpoint of domain tests: buckets and keys in memory, and failures on demand.
import { type Provider, ProviderError, type ScopedKey } from '../../../providers/provider.ts';

type Call = 'verify' | 'exists' | 'create' | 'remove' | 'putKey' | 'removeKey' | 'listObjects';

export interface MemoryEndpoint {
  /** Bucket -> owner and sizes of objects by key. */
  readonly buckets: Map<string, { owner: string; objects: Map<string, number> }>;
  readonly keys: Map<string, ScopedKey>;
  /** From now on the call fails before it is done, or after; undefined: it works again. */
  fail(call: Call, when: 'before' | 'after' | undefined, error?: Error): void;
  readonly provider: Provider;
}

const down = (): Error => new ProviderError('unavailable', 'the endpoint is down');
const refuse = (kind: 'missing' | 'conflict'): never => {
  throw new ProviderError(kind, kind);
};

export function memoryEndpoint({ withKeys = true } = {}): MemoryEndpoint {
  const buckets: MemoryEndpoint['buckets'] = new Map();
  const keys: MemoryEndpoint['keys'] = new Map();
  const failures = new Map<Call, { when: 'before' | 'after'; error: Error }>();
  const doing = async <T>(call: Call, work: () => T): Promise<T> => {
    const failure = failures.get(call);
    if (failure?.when === 'before') throw failure.error;
    const done = work();
    if (failure?.when === 'after') throw failure.error;
    return done;
  };
  const provider = {
    verify: () => doing('verify', () => undefined),
    administration: {
      exists: (name) => doing('exists', () => buckets.has(name)),
      create: ({ name, owner }) =>
        doing('create', () => void (buckets.has(name) ? refuse('conflict') : buckets.set(name, { owner, objects: new Map() }))),
      remove: ({ name, owner }) =>
        doing('remove', () => {
          const bucket = buckets.get(name);
          if (bucket?.owner !== owner) return refuse('missing');
          return void (bucket.objects.size > 0 ? refuse('conflict') : buckets.delete(name));
        }),
    },
    ...(withKeys && {
      keys: {
        put: (key) => doing('putKey', () => void keys.set(key.accessKey, key)),
        remove: (accessKey) => doing('removeKey', () => void keys.delete(accessKey)),
      },
    }),
    listObjects: ({ bucket, continuationToken, count }) =>
      doing('listObjects', () => {
        const all = [...(buckets.get(bucket)?.objects ?? refuse('missing'))];
        const start = Number(continuationToken);
        const objects = all.slice(start, start + count).map(([key, size]) => {
          const kind = key.endsWith('/') ? ('folder' as const) : ('file' as const);
          return { key, size, kind, eTag: '', lastModified: undefined };
        });
        return { objects, continuationToken: start + count < all.length ? String(start + count) : '' };
      }),
  } satisfies Partial<Provider>;
  return {
    buckets,
    keys,
    fail(call, when, error = down()) {
      if (when === undefined) failures.delete(call);
      else failures.set(call, { when, error });
    },
    provider: provider as unknown as Provider,
  };
}
