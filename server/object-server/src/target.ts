// The request target: which resource a raw request line names. Nothing here resolves `.` or `..`: keys are opaque.

import { isBucketName } from './bucket-store.ts';
import { HttpError } from './http-error.ts';
import { checkKey } from './key-path.ts';
import { isAccessKey } from './key-store.ts';
import { isPushId } from './push/push.ts';
import { isUploadId } from './upload-store.ts';

export const PUSH_COMMANDS = ['pause', 'resume', 'cancel'] as const;
export type PushCommand = (typeof PUSH_COMMANDS)[number];

export type Target =
  | { kind: 'service' }
  | { kind: 'keys' }
  | { kind: 'key'; accessKey: string }
  | { kind: 'bucket'; bucket: string }
  | { kind: 'object'; bucket: string; key: string }
  | { kind: 'uploads'; bucket: string; key: string }
  | { kind: 'upload'; id: string }
  | { kind: 'pushes' }
  | { kind: 'push'; id: string }
  | { kind: 'pushCommand'; id: string; command: PushCommand };

export interface ParsedTarget {
  /** As sent, percent-encoding included: this is what a presigned URL signs. */
  path: string;
  query: URLSearchParams;
  target: Target;
}

const UPLOADS = '/.uploads';
const KEYS = '/.keys';
const PUSHES = '/.pushes';

export function parseTarget(rawUrl: string): ParsedTarget {
  const mark = rawUrl.indexOf('?');
  const path = mark === -1 ? rawUrl : rawUrl.slice(0, mark);
  if (!path.startsWith('/') || /[^\x21-\x7e]/.test(path))
    throw new HttpError('InvalidRequest', 'The request target must be a percent-encoded path.');
  const query = new URLSearchParams(mark === -1 ? '' : rawUrl.slice(mark + 1));
  return { path, query, target: resolve(path, query) };
}

function resolve(path: string, query: URLSearchParams): Target {
  if (path === '/') return { kind: 'service' };
  if (path === UPLOADS) return uploads(query);
  if (path.startsWith(`${UPLOADS}/`)) {
    const id = path.slice(UPLOADS.length + 1);
    if (!isUploadId(id)) throw new HttpError('NoSuchUpload', 'There is no upload of this id.');
    return { kind: 'upload', id };
  }
  if (path === KEYS) return { kind: 'keys' };
  if (path.startsWith(`${KEYS}/`)) {
    const accessKey = path.slice(KEYS.length + 1);
    if (!isAccessKey(accessKey)) throw new HttpError('InvalidRequest', 'An access key has 16 to 64 characters of A-Z and 0-9.');
    return { kind: 'key', accessKey };
  }
  if (path === PUSHES) return { kind: 'pushes' };
  if (path.startsWith(`${PUSHES}/`)) return push(path.slice(PUSHES.length + 1));
  const decoded = decode(path.slice(1));
  const slash = decoded.indexOf('/');
  const bucket = slash === -1 ? decoded : decoded.slice(0, slash);
  const key = slash === -1 ? '' : decoded.slice(slash + 1);
  if (!isBucketName(bucket)) throw new HttpError('InvalidBucketName', 'The first path segment is not a bucket name.');
  if (key === '') return { kind: 'bucket', bucket };
  checkKey(key);
  return { kind: 'object', bucket, key };
}

function uploads(query: URLSearchParams): Target {
  const [bucket, key] = [query.get('bucket') ?? '', query.get('key') ?? ''];
  if (!isBucketName(bucket)) throw new HttpError('InvalidBucketName', 'The query needs bucket, a bucket name.');
  checkKey(key);
  return { kind: 'uploads', bucket, key };
}

function push(rest: string): Target {
  const [id = '', name, ...more] = rest.split('/');
  if (!isPushId(id)) throw new HttpError('InvalidRequest', 'The id of a push has 8 to 64 characters of a-z, 0-9 and hyphen.');
  if (name === undefined) return { kind: 'push', id };
  const command = more.length > 0 ? undefined : PUSH_COMMANDS.find((known) => known === name);
  if (command === undefined) throw new HttpError('NotFound', `A push knows ${PUSH_COMMANDS.join(', ')} and nothing else.`);
  return { kind: 'pushCommand', id, command };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError('InvalidRequest', 'The path is not percent-encoded UTF-8.');
  }
}
