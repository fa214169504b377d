// Owns the shape of a push: what was asked for, how far it is, what its file on the disk holds, and what is shown of it.

export type PushStatus = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

export interface PushSource {
  bucket: string;
  key: string;
}

export interface PushTarget {
  /** Base URL of the server that receives the object. */
  url: string;
  bucket: string;
  key: string;
  /** Both empty: the target is met without credentials. Erased when the push is over. */
  accessKey: string;
  secretKey: string;
}

export interface PushRequest {
  source: PushSource;
  /** The version that has to be pushed; undefined for the one that is there. */
  sourceETag: string | undefined;
  target: PushTarget;
  overwrite: boolean;
  chunkBytes: number;
  /** What the relay is shown; null forbids the relay. Erased when the push is over. */
  turn: { username: string; credential: string } | null;
}

export interface Push extends Omit<PushRequest, 'sourceETag'> {
  id: string;
  status: PushStatus;
  /** Bytes that the target holds. */
  bytes: number;
  total: number;
  eTag: string;
  contentType: string;
  error: string | null;
  checksumVerified: boolean;
  via: 'direct' | 'turn';
  /** URL of the upload at the target, or empty. */
  session: string;
  /** There may be an upload at the target that this server never heard of. */
  opening: boolean;
  /** Whether the target took the whole object: `perhaps` when it was not heard of again. */
  published: 'no' | 'perhaps' | 'yes';
  /** The strong ETag of the copy, as its publication told it, or empty. */
  copyETag: string;
  /** The upload at the target still has to be removed. */
  cleanup: boolean;
  created: number;
  ended: number | null;
}

/** How a push begins. */
export const NOTHING_SENT = { opening: false, published: 'no', copyETag: '' } as const;

const ENDED: ReadonlySet<PushStatus> = new Set(['completed', 'failed', 'cancelled']);
export const isEnded = ({ status }: Pick<Push, 'status'>): boolean => ENDED.has(status);

// Lower case only: two pushes must stay two on a case-insensitive file system.
const PUSH_ID = /^[a-z0-9][a-z0-9-]{7,63}$/;
export const isPushId = (text: string): boolean => PUSH_ID.test(text);

/** Nothing secret: neither keys nor the credential of the relay. */
export function shownPush(push: Push): object {
  const { id, status, bytes, total, error, checksumVerified, via, source, eTag, target, overwrite, chunkBytes, created, ended } = push;
  return {
    id,
    status,
    bytes,
    total,
    error,
    checksumVerified,
    via,
    source: { ...source, eTag: `"${eTag}"` },
    target: { url: target.url, bucket: target.bucket, key: target.key },
    overwrite,
    chunkBytes,
    created: new Date(created).toISOString(),
    ended: ended === null ? null : new Date(ended).toISOString(),
  };
}

/** Whether a repeated request asks for this very push: the answer to the first one may have got lost. */
export function isSamePush(push: Push, { source, sourceETag, target, overwrite, chunkBytes }: PushRequest): boolean {
  const places = (from: PushSource, to: PushTarget): string => JSON.stringify([from.bucket, from.key, to.url, to.bucket, to.key]);
  const version = sourceETag === undefined || sourceETag === push.eTag;
  return (
    version && places(push.source, push.target) === places(source, target) && push.overwrite === overwrite && push.chunkBytes === chunkBytes
  );
}
