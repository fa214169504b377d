// The handler of `/.uploads`: the unfinished uploads of one object, for a client that lost the answer to a creation.

import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import type { ObjectName } from './object-store.ts';
import { sendJson } from './reply.ts';
import { isUploadId, type Upload } from './upload-store.ts';

export async function listUploads(exchange: Exchange, { bucket, key }: ObjectName): Promise<void> {
  const { res, query, services } = exchange;
  const after = query.get('continuation-token') ?? '';
  if (after !== '' && !isUploadId(after)) throw new HttpError('InvalidToken', 'The continuation token is not one of this server.');
  await services.buckets.require(bucket);
  const { uploads, next } = await services.uploads.unfinished({ bucket, key }, after);
  sendJson(res, 200, { uploads: uploads.map((upload) => shown(exchange, upload)), continuationToken: next });
}

function shown({ services }: Exchange, upload: Upload): object {
  return {
    location: `/.uploads/${upload.id}`,
    offset: upload.progress.offset,
    length: upload.info.length,
    lastModified: new Date(upload.progress.touchedAt).toISOString(),
    expires: new Date(services.uploads.expiresAt(upload)).toISOString(),
  };
}
