// One request with its answer, what the handlers may use to serve it, and its headers read strictly.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BucketStore } from './bucket-store.ts';
import { HttpError } from './http-error.ts';
import type { KeyStore, StorageKey } from './key-store.ts';
import type { Limits } from './limits.ts';
import { MAX_CONTENT_TYPE_BYTES } from './object-file.ts';
import type { ObjectDigests } from './object-digest.ts';
import type { ObjectStore } from './object-store.ts';
import type { Preconditions } from './preconditions.ts';
import type { Grant } from './presign.ts';
import type { PushService } from './push/push-service.ts';
import type { UploadService } from './upload-service.ts';

export interface Services {
  limits: Readonly<Limits>;
  clock: () => number;
  buckets: BucketStore;
  keys: KeyStore;
  objects: ObjectStore;
  digests: ObjectDigests;
  uploads: UploadService;
  pushes: PushService;
}

export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  query: URLSearchParams;
  services: Services;
  /** What a presigned URL asks for beyond access. */
  grant: Grant | undefined;
  /** The scoped key that the request came with; undefined for the keys of the server itself. */
  key: StorageKey | undefined;
  /** Reads the request body; the first read releases a waiting `Expect: 100-continue`. */
  body(): AsyncIterable<Buffer>;
}

export function header({ req }: Exchange, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** A decimal header; undefined if absent, 400 if it is anything but digits in the safe range. */
export function integerHeader(exchange: Exchange, name: string): number | undefined {
  const value = header(exchange, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw new HttpError('InvalidRequest', `The header ${name} must be a non-negative integer.`);
  }
  return Number(value);
}

/** The announced length of the body: undefined for a chunked one or none. */
export function declaredLength(exchange: Exchange): number | undefined {
  return integerHeader(exchange, 'content-length');
}

export function preconditions(exchange: Exchange): Preconditions {
  return { ifMatch: header(exchange, 'if-match'), ifNoneMatch: header(exchange, 'if-none-match') };
}

/** A media type as a client gave it: kept verbatim, but only if it can be sent back as a header. */
export function contentType(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (value.length > MAX_CONTENT_TYPE_BYTES || !/^[\x20-\x7e]+$/.test(value)) {
    throw new HttpError('InvalidRequest', `A content type has at most ${MAX_CONTENT_TYPE_BYTES} printable ASCII characters.`);
  }
  return value;
}
