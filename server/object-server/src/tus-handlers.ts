// The handlers of tus 1.0: OPTIONS and POST on an object's URL, HEAD, PATCH and DELETE on `/.uploads/{id}`.

import { addAbortSignal } from 'node:stream';
import { CHECKSUM_ALGORITHMS, parseChecksum } from './checksum.ts';
import { contentType, declaredLength, header, integerHeader, preconditions, type Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import type { ObjectName } from './object-store.ts';
import { checkPreconditions } from './preconditions.ts';
import { sendEmpty, type Headers } from './reply.ts';
import type { Upload } from './upload-store.ts';

export const TUS_VERSION = '1.0.0';
const MAX_METADATA_BYTES = 4096;

export function tusOptions({ res, services }: Exchange): void {
  sendEmpty(res, 204, {
    'Tus-Resumable': TUS_VERSION,
    'Tus-Version': TUS_VERSION,
    'Tus-Extension': 'creation,expiration,checksum,termination',
    'Tus-Max-Size': services.limits.maxObjectBytes,
    'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS.join(','),
  });
}

export async function createUpload(exchange: Exchange, { bucket, key }: ObjectName): Promise<void> {
  requireTus(exchange);
  const { res, services } = exchange;
  const length = uploadLength(exchange, key);
  const metadata = header(exchange, 'upload-metadata');
  const { ifNoneMatch } = preconditions(exchange);
  await services.buckets.require(bucket);
  checkPreconditions({ ifMatch: undefined, ifNoneMatch }, await services.objects.find({ bucket, key }));
  const type = contentType(metadata === undefined ? undefined : metadataType(metadata));
  const upload = await services.uploads.create({ bucket, key, length, contentType: type, metadata, ifNoneMatch });
  sendEmpty(res, 201, { ...uploadHeaders(exchange, upload), Location: `/.uploads/${upload.id}` });
}

export async function headUpload(exchange: Exchange, id: string): Promise<void> {
  requireTus(exchange);
  const upload = await exchange.services.uploads.find(id);
  const { length, metadata } = upload.info;
  sendEmpty(exchange.res, 200, {
    ...uploadHeaders(exchange, upload),
    'Upload-Length': length,
    'Cache-Control': 'no-store',
    ...(metadata === undefined ? {} : { 'Upload-Metadata': metadata }),
  });
}

export async function patchUpload(exchange: Exchange, id: string): Promise<void> {
  requireTus(exchange);
  if (header(exchange, 'content-type') !== 'application/offset+octet-stream') {
    throw new HttpError('UnsupportedMediaType', 'A PATCH carries application/offset+octet-stream.');
  }
  const offset = integerHeader(exchange, 'upload-offset');
  if (offset === undefined) throw new HttpError('InvalidRequest', 'A PATCH needs Upload-Offset.');
  const checksum = header(exchange, 'upload-checksum');
  const upload = await exchange.services.uploads.append(id, {
    offset,
    declaredLength: declaredLength(exchange),
    checksum: checksum === undefined ? undefined : parseChecksum(checksum),
    body: (signal) => {
      addAbortSignal(signal, exchange.req);
      return exchange.body();
    },
  });
  sendEmpty(exchange.res, 204, uploadHeaders(exchange, upload));
}

export async function deleteUpload(exchange: Exchange, id: string): Promise<void> {
  requireTus(exchange);
  await exchange.services.uploads.remove(id);
  sendEmpty(exchange.res, 204, { 'Tus-Resumable': TUS_VERSION });
}

function requireTus(exchange: Exchange): void {
  if (header(exchange, 'tus-resumable') !== TUS_VERSION) {
    throw new HttpError('UnsupportedTusVersion', `Tus-Resumable must be ${TUS_VERSION}.`, { 'Tus-Version': TUS_VERSION });
  }
}

function uploadHeaders({ services }: Exchange, upload: Upload): Headers {
  return {
    'Tus-Resumable': TUS_VERSION,
    'Upload-Offset': upload.progress.offset,
    'Upload-Expires': new Date(services.uploads.expiresAt(upload)).toUTCString(),
  };
}

function uploadLength(exchange: Exchange, key: string): number {
  const length = integerHeader(exchange, 'upload-length');
  if (length === undefined) throw new HttpError('InvalidRequest', 'An upload needs Upload-Length; a deferred length is not supported.');
  if (length > exchange.services.limits.maxObjectBytes) {
    throw new HttpError('TooLarge', `An object has at most ${exchange.services.limits.maxObjectBytes} bytes.`);
  }
  if (key.endsWith('/') && length > 0) {
    throw new HttpError('InvalidFolderMarker', 'A key that ends in "/" is a folder marker and has no content.');
  }
  return length;
}

/** The media type in Upload-Metadata, under the name that tus clients use for it. */
function metadataType(metadata: string): string | undefined {
  if (metadata.length > MAX_METADATA_BYTES || !/^[\x20-\x7e]*$/.test(metadata)) {
    throw new HttpError('InvalidRequest', `Upload-Metadata has at most ${MAX_METADATA_BYTES} printable ASCII characters.`);
  }
  for (const pair of metadata.split(',')) {
    const [name, value] = pair.trim().split(' ');
    if (name === 'filetype' && value !== undefined) return Buffer.from(value, 'base64').toString('utf8');
  }
  return undefined;
}
