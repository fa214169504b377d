// Owns the S3 requests on one object: head, ranged read, removal, folder marker.
import { Readable } from 'node:stream';
import { guardedBody } from './guarded-body.ts';
import { ProviderError, type ObjectReader, type ObjectStat } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { s3Error, s3Status } from './s3-errors.ts';
import { StreamReader } from './stream-reader.ts';

interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** Undefined when there is no such object (or bucket: a HEAD does not tell). */
export async function headObject(s3: S3Connection, name: ObjectName, signal: AbortSignal): Promise<ObjectStat | undefined> {
  try {
    return await statObject(s3, name, signal);
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'missing') return undefined;
    throw error;
  }
}

export function statObject(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<ObjectStat> {
  return s3.call(`HeadObject ${bucket}/${key}`, signal, async (sdk, client, options) => {
    const { ContentLength, ETag } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), options);
    return { size: ContentLength ?? 0, eTag: ETag ?? '', acceptsRanges: true };
  });
}

/** Rejects with `changed` when `eTag` is given and the store holds another version. */
export async function readObject(
  s3: S3Connection,
  object: ObjectName & { offset: number; eTag: string },
  signal: AbortSignal,
): Promise<ObjectReader> {
  const { bucket, key, offset, eTag } = object;
  const what = `GetObject ${bucket}/${key}`;
  const answer = await s3.call(what, signal, async (sdk, client, options) => {
    const range = offset === 0 ? {} : { Range: `bytes=${offset}-` };
    try {
      return await client.send(
        new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...range, ...(eTag === '' ? {} : { IfMatch: eTag }) }),
        options,
      );
    } catch (error) {
      if (s3Status(error) === 416) return undefined;
      throw error;
    }
  });
  if (answer === undefined) return restAtEnd(s3, object, signal);
  const body = answer.Body as Readable;
  try {
    const first = Number(/^bytes (\d+)-/.exec(answer.ContentRange ?? '')?.[1] ?? 0);
    if (eTag !== '' && answer.ETag !== undefined && answer.ETag !== eTag) throw changed(what);
    if (first !== 0 && first !== offset)
      throw new ProviderError('invalid', `${what}: the store answered with another range than asked for`);
    const length = answer.ContentLength === undefined ? undefined : answer.ContentLength - (offset - first);
    const guarded = guardedBody(body, {
      what,
      skip: offset - first,
      length,
      stallMs: s3.limits.stallMs,
      signal,
      translate: (error) => cutBody(what, error, signal),
    });
    return new StreamReader(guarded, s3.limits.stallMs, length);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** 416: nothing follows the offset; right when the object ends there, else it has shrunk. */
async function restAtEnd(
  s3: S3Connection,
  object: ObjectName & { offset: number; eTag: string },
  signal: AbortSignal,
): Promise<ObjectReader> {
  const { size, eTag } = await statObject(s3, object, signal);
  if (size !== object.offset || (object.eTag !== '' && eTag !== object.eTag)) throw changed(`GetObject ${object.bucket}/${object.key}`);
  return new StreamReader(Readable.from([], { objectMode: false }), s3.limits.stallMs, 0);
}

function changed(what: string): ProviderError {
  return new ProviderError('changed', `${what}: the object is no longer the version that was started with`);
}

// Whatever ends a body early is a lost connection to the reader.
function cutBody(what: string, error: unknown, signal: AbortSignal): unknown {
  const translated = s3Error(what, error, signal);
  if (signal.aborted || (translated instanceof ProviderError && translated.kind !== 'invalid')) return translated;
  return new ProviderError('unavailable', `${what}: the connection was lost`, { cause: translated });
}

export async function removeObject(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<void> {
  await s3.call(`DeleteObject ${bucket}/${key}`, signal, (sdk, client, options) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), options),
  );
}

export async function putFolder(s3: S3Connection, { bucket, key }: ObjectName, signal: AbortSignal): Promise<void> {
  const folder = key.endsWith('/') ? key : `${key}/`;
  await s3.call(`PutObject ${bucket}/${folder}`, signal, (sdk, client, options) =>
    client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: folder, Body: Buffer.alloc(0), ContentLength: 0 }), options),
  );
}
