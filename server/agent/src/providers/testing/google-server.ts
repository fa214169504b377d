// Owns a stand-in for the XML API of Cloud Storage: a real S3 server, behind a front that refuses what Google refuses.
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Forwarded, forwardingServer } from './forwarding-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

/**
 * `origin` is the S3 server; its Host header stays that of the front, which the signatures cover. It knows no places of Google, so
 * that buckets are made by `makeBucket`, which says false for one that is there already.
 */
export function googleFront(origin: string, makeBucket: (name: string) => Promise<boolean>): Promise<ScriptedServer> {
  return forwardingServer(origin, async (exchange) => {
    const { req, res } = exchange;
    const url = new URL(req.url ?? '/', origin);
    const [status, code] = refusal(req.method ?? '', url, req.headers, exchange.body) ?? [];
    if (status !== undefined) {
      res.writeHead(status, { 'content-type': 'application/xml' });
      return res.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused</Message></Error>`);
    }
    const [, bucket = ''] = (req.method === 'PUT' && /^\/([^/?]+)\/?$/.exec(req.url ?? '')) || [];
    if (bucket !== '') return res.writeHead((await makeBucket(bucket)) ? 200 : 409).end();
    if (req.method !== 'GET' && req.method !== 'HEAD') dropConditions(exchange);
    hideParts(exchange);
    return exchange.forward();
  });
}

type Refusal = readonly [status: number, code: string];

function refusal(method: string, url: URL, headers: IncomingHttpHeaders, body: Buffer): Refusal | undefined {
  const names = Object.keys(headers);
  const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  // rclone's provider/GCS.yaml names these two; the front end of Google rewrites Accept-Encoding after it was signed.
  if (url.searchParams.has('x-id')) return [400, 'InvalidArgument'];
  if (signed.split(';').includes('accept-encoding')) return [403, 'SignatureDoesNotMatch'];
  // Google takes no trailing checksums and no chunks with a signature of their own (cloud.google.com/storage/docs/migrating).
  if (names.some((name) => name.startsWith('x-amz-checksum') || name === 'x-amz-trailer' || name === 'x-amz-sdk-checksum-algorithm'))
    return [400, 'InvalidArgument'];
  if (String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return [400, 'InvalidArgument'];
  // cloud.google.com/storage/docs/xml-api/reference-headers: extension headers of both kinds do not mix.
  if (names.some((name) => name.startsWith('x-goog-')) && names.some((name) => name.startsWith('x-amz-')))
    return [400, 'ExcessHeaderValues'];
  // issuetracker.google.com/issues/323465186
  if (method === 'PUT' && url.searchParams.has('partNumber') && headers['x-amz-copy-source'] !== undefined) return [501, 'NotImplemented'];
  if (method === 'PUT' && /<LocationConstraint>auto</.test(body.toString('latin1', 0, 512))) return [400, 'InvalidLocationConstraint'];
  return undefined;
}

/** cloud.google.com/storage/docs/request-preconditions: If-None-Match is for requests that retrieve data; elsewhere it does nothing. */
function dropConditions({ req }: Forwarded): void {
  const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(req.headers.authorization ?? '') ?? [];
  if (!signed.split(';').includes('if-none-match')) delete req.headers['if-none-match'];
}

/** ETags of objects put together from parts do not tell how many there were. */
function hideParts({ res }: Forwarded): void {
  const writeHead = res.writeHead.bind(res) as (status: number, headers: IncomingHttpHeaders) => typeof res;
  res.writeHead = ((status: number, headers: IncomingHttpHeaders) => {
    const etag = headers.etag ?? '';
    if (/-\d+"?$/.test(etag)) headers.etag = `"-${createHash('md5').update(etag).digest('base64')}"`;
    return writeHead(status, headers);
  }) as typeof res.writeHead;
}
