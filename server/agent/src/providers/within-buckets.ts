// Owns narrowing a provider to some buckets: for whoever uses it, there are no others.
import { ProviderError, type Provider } from './provider.ts';

/** Administration and keys are left out: they reach beyond the buckets. */
export function withinBuckets(provider: Provider, names: readonly string[]): Provider {
  const known: ReadonlySet<string> = new Set(names);
  const within = async <T>(bucket: string, call: () => Promise<T>): Promise<T> => {
    if (!known.has(bucket)) throw new ProviderError('missing', `there is no bucket ${JSON.stringify(bucket)}`);
    return await call();
  };
  const { chunks, foldsCase, putWhole, copy, dropCopy } = provider;
  return {
    ...(chunks !== undefined && { chunks }),
    ...(foldsCase !== undefined && { foldsCase }),
    ...(putWhole !== undefined && {
      putWhole: (request, chunk, signal) => within(request.bucket, () => putWhole(request, chunk, signal)),
    }),
    ...(copy !== undefined && {
      copy: (from, to, signal, course) => within(from.bucket, () => within(to.bucket, () => copy(from, to, signal, course))),
    }),
    ...(dropCopy !== undefined && { dropCopy: (at, state, signal) => within(at.bucket, () => dropCopy(at, state, signal)) }),
    verify: (signal, bucket) => (bucket === undefined ? provider.verify(signal) : within(bucket, () => provider.verify(signal, bucket))),
    listBuckets: async (options, signal) => (await provider.listBuckets(options, signal)).filter(({ name }) => known.has(name)),
    listObjects: (query, signal) => within(query.bucket, () => provider.listObjects(query, signal)),
    stat: (bucket, key, signal) => within(bucket, () => provider.stat(bucket, key, signal)),
    read: (object, signal) => within(object.bucket, () => provider.read(object, signal)),
    openUpload: (request, signal) => within(request.bucket, () => provider.openUpload(request, signal)),
    resumeUpload: (request, state, signal, acks) => within(request.bucket, () => provider.resumeUpload(request, state, signal, acks)),
    remove: (bucket, key, signal) => within(bucket, () => provider.remove(bucket, key, signal)),
    createFolder: (bucket, key, signal) => within(bucket, () => provider.createFolder(bucket, key, signal)),
    signDownloadUrl: (request) => within(request.bucket, () => provider.signDownloadUrl(request)),
    signUploadUrl: (request) => within(request.bucket, () => provider.signUploadUrl(request)),
  };
}
