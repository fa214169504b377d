// The handlers of `/{bucket}/{key}`: HEAD, GET, PUT and DELETE of an object.

import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { BatchedWriter } from './batched-writer.ts';
import { contentType, declaredLength, header, preconditions, type Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { wantsSha256 } from './object-digest.ts';
import { newMetadata, writeFooter, type ObjectInfo } from './object-file.ts';
import type { ObjectName, OpenObject, StagedFile } from './object-store.ts';
import { checkPreconditions, etagMatches, rangeAllowed } from './preconditions.ts';
import { parseRange } from './ranges.ts';
import { sendEmpty, sendJson, type Headers } from './reply.ts';

export async function getObject(exchange: Exchange, name: ObjectName): Promise<void> {
  const object = await exchange.services.objects.openObject(name);
  try {
    await sendObject(exchange, name, object);
  } finally {
    await object.handle.close();
  }
}

async function sendObject(exchange: Exchange, name: ObjectName, { handle, info }: OpenObject): Promise<void> {
  const { req, res, services } = exchange;
  const ifMatch = header(exchange, 'if-match');
  checkPreconditions({ ifMatch, ifNoneMatch: undefined }, info);
  const headers = objectHeaders(exchange, name, info, await digestOf(exchange, { handle, info }));
  const ifNoneMatch = header(exchange, 'if-none-match');
  if (ifNoneMatch !== undefined && etagMatches(ifNoneMatch, info.eTag, 'weak')) return sendEmpty(res, 304, headers);
  if (req.method === 'HEAD') return sendEmpty(res, 200, { ...headers, 'Content-Length': info.size });
  const range = rangeAllowed(header(exchange, 'if-range'), info.eTag) ? parseRange(header(exchange, 'range'), info.size) : undefined;
  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  const partial = range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${info.size}` };
  res.writeHead(range === undefined ? 200 : 206, { ...headers, ...partial, 'Content-Length': end - start + 1 });
  if (end < start) {
    res.end();
    return;
  }
  // 64 KiB reads, node's default, cost a factor of three on loopback.
  await pipeline(handle.createReadStream({ start, end, autoClose: false, highWaterMark: services.limits.readChunkBytes }), res);
}

async function digestOf(exchange: Exchange, object: OpenObject): Promise<string | undefined> {
  if (!wantsSha256(header(exchange, 'want-repr-digest'))) return undefined;
  const { digests, limits } = exchange.services;
  return await digests.of(object, limits.readChunkBytes, exchange.res);
}

function objectHeaders({ grant }: Exchange, { key }: ObjectName, info: ObjectInfo, digest: string | undefined): Headers {
  return {
    'Content-Type': grant?.contentType || info.contentType,
    ETag: `"${info.eTag}"`,
    'Last-Modified': new Date(info.lastModified).toUTCString(),
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    ...(digest === undefined ? {} : { 'Repr-Digest': digest }),
    ...(grant?.disposition === 'attachment' ? { 'Content-Disposition': attachment(key) } : {}),
  };
}

/** RFC 6266: an ASCII name for old clients, the exact one in UTF-8. */
function attachment(key: string): string {
  const name = key.split('/').findLast((segment) => segment !== '') ?? 'object';
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}

export async function putObject(exchange: Exchange, name: ObjectName): Promise<void> {
  const { res, services, grant } = exchange;
  const type = contentType(header(exchange, 'content-type'));
  if (grant !== undefined && grant.contentType !== '' && grant.contentType !== type) {
    throw new HttpError('SignatureInvalid', 'The Content-Type is not the one that was signed.');
  }
  const limit = bodyLimit(exchange, name.key);
  const current = await services.objects.find(name);
  checkPreconditions(preconditions(exchange), current);
  const staged = await services.objects.stage();
  try {
    const metadata = newMetadata(type, services.clock());
    const size = await receive(exchange, staged, limit, (bytes) => writeFooter(staged.handle, bytes, metadata));
    const created = await services.objects.publish(staged.path, name, preconditions(exchange));
    const eTag = `"${metadata.eTag}"`;
    const lastModified = new Date(metadata.lastModified);
    sendJson(
      res,
      created ? 201 : 200,
      { key: name.key, size, eTag, lastModified: lastModified.toISOString() },
      { ETag: eTag, 'Last-Modified': lastModified.toUTCString() },
    );
  } finally {
    await discard(staged);
  }
}

async function receive(exchange: Exchange, { handle }: StagedFile, limit: number, seal: (size: number) => Promise<void>): Promise<number> {
  const { writeBatchBytes, checkpointBytes } = exchange.services.limits;
  const writer = new BatchedWriter(handle, 0, writeBatchBytes);
  let synced = 0;
  for await (const chunk of exchange.body()) {
    if (writer.position + chunk.length > limit) throw tooLarge(limit);
    await writer.write(chunk);
    // Syncing on the way keeps the last sync short: the client waits for it on an idle socket.
    if (writer.position - synced >= checkpointBytes) {
      await writer.flush();
      await handle.datasync();
      synced = writer.position;
    }
  }
  await writer.flush();
  await seal(writer.position);
  await handle.sync();
  await handle.close();
  return writer.position;
}

/** How many bytes the body may have; what the headers alone rule out is refused before a byte is read. */
function bodyLimit(exchange: Exchange, key: string): number {
  const limit = key.endsWith('/') ? 0 : exchange.services.limits.maxObjectBytes;
  const length = declaredLength(exchange);
  if (length === undefined && header(exchange, 'transfer-encoding') === undefined) {
    throw new HttpError('LengthRequired', 'A PUT needs Content-Length or a chunked body.');
  }
  if (length !== undefined && length > limit) throw tooLarge(limit);
  return limit;
}

function tooLarge(limit: number): HttpError {
  return limit === 0
    ? new HttpError('InvalidFolderMarker', 'A key that ends in "/" is a folder marker and has no content.')
    : new HttpError('TooLarge', `An object has at most ${limit} bytes.`);
}

async function discard({ path, handle }: StagedFile): Promise<void> {
  await handle.close();
  await rm(path, { force: true });
}

export async function deleteObject(exchange: Exchange, name: ObjectName): Promise<void> {
  await exchange.services.objects.remove(name, preconditions(exchange));
  sendEmpty(exchange.res, 204);
}
