// Owns the provider of Frame accounts: Frame.io over its v2 API, projects as buckets, folders and files as keys.
import { Readable } from 'node:stream';
import { defaultFrameLimits, FrameClient, type FrameLimits } from './frame-client.ts';
import { listFrame, removeFrame } from './frame-listing.ts';
import { FrameTree } from './frame-tree.ts';
import { openFrameUpload, resumeFrameUpload } from './frame-upload.ts';
import { ProviderError, type ObjectReader, type Provider, type ProviderAccount, type ReadRequest } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * secretKey is a developer token, accessKey the name or id of an account or team, or empty. The v4 API takes tokens of an Adobe
 * login only, which an account with keys cannot hold (developer.frame.io/platform/v4).
 */
export function frameProvider(account: ProviderAccount, limits: Partial<FrameLimits> = {}): Provider {
  const frame = new FrameClient(account, Object.keys(limits).length === 0 ? defaultFrameLimits : { ...defaultFrameLimits, ...limits });
  const tree = new FrameTree(frame);
  const context = { frame, tree };
  return {
    verify: (signal) => frame.me(signal),
    async listBuckets(_options, signal) {
      const projects = await tree.projects(signal);
      return projects.map(({ name, created }) => ({ name, region: '', createDate: new Date(created) }));
    },
    listObjects: (query, signal) => listFrame(tree, query, signal),
    async stat(bucket, key, signal) {
      const { filesize, id, completed } = await tree.file(bucket, key, signal);
      return { size: filesize, eTag: id, acceptsRanges: true, lastModified: new Date(completed) };
    },
    read: (request, signal) => readFrame(frame, tree, request, signal),
    openUpload: (request, signal) => openFrameUpload(context, request, signal),
    resumeUpload: (request, state, signal, acks = []) => resumeFrameUpload(context, request, { state, acks }, signal),
    remove: (bucket, key, signal) => removeFrame(tree, (id) => frame.remove(id, signal), { bucket, key }, signal),
    async createFolder(bucket, key, signal) {
      await tree.folder(bucket, key, signal, true);
    },
    /** The address that Frame.io gives out; how long it is good, and whether a browser saves it, is Frame.io's choice. */
    async signDownloadUrl({ bucket, key }) {
      return (await tree.file(bucket, key, AbortSignal.timeout(frame.limits.headersMs))).original;
    },
    signUploadUrl: () =>
      Promise.reject(
        new ProviderError('invalid', 'Frame.io gives out addresses for uploads of a known size only: upload through the agent instead'),
      ),
  };
}

/** Each upload is an asset of its own: its id is the version. */
async function readFrame(frame: FrameClient, tree: FrameTree, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { bucket, key, offset, eTag } = request;
  const asset = eTag === '' ? await tree.file(bucket, key, signal) : await frame.asset(eTag, signal);
  if (asset === undefined || offset > asset.filesize)
    throw new ProviderError('changed', `${bucket}/${key} is no longer the version that was started with`);
  if (asset.original === '')
    throw new ProviderError(
      'invalid',
      `Frame.io gives no original of ${bucket}/${key}: the account may be limited to watermarked versions`,
    );
  const length = Math.min(request.length ?? asset.filesize, asset.filesize - offset);
  if (length === 0) return new StreamReader(Readable.from([], { objectMode: false }), frame.limits.stallMs, 0);
  const asked = { what: `Frame.io original of ${key}`, method: 'GET', url: asset.original, anonymous: true } as const;
  return frame.api.read(asked, { offset, length }, signal);
}
