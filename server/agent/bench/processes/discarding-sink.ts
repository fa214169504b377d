// The discarding S3 server: takes uploads whole or in parts, tells their sizes, keeps no byte. Plain PUTs are taken too.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Kept {
  readonly size: number;
  readonly eTag: string;
  readonly headers: Readonly<Record<string, string>>;
}
interface Upload {
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Kept>;
}

const objects = new Map<string, Kept>();
const uploads = new Map<string, Upload>();
let [received, lastId] = [0, 0];

const xml = (name: string, inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`;

function answer(response: ServerResponse, status: number, body = '', headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** Counts the body away. The digest is the one that the client names, so that nobody waits for a hash here. */
async function drain(request: IncomingMessage): Promise<Kept> {
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    received += piece.length;
    bytes += piece.length;
  }
  const decoded = request.headers['x-amz-decoded-content-length'];
  const md5 = request.headers['content-md5'];
  const eTag = typeof md5 === 'string' ? Buffer.from(md5, 'base64').toString('hex') : '00000000000000000000000000000000';
  return { size: typeof decoded === 'string' ? Number(decoded) : bytes, eTag, headers: namedBy(request, /^x-amz-checksum-crc/) };
}

function namedBy(request: IncomingMessage, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) => (names.test(name) ? [[name, String(value)]] : [])));
}

/** As S3 makes it: the MD5 over the digests of the parts, and how many they are. */
function complete(upload: Upload): Kept {
  const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part);
  const digest = createHash('md5')
    .update(Buffer.concat(parts.map(({ eTag }) => Buffer.from(eTag, 'hex'))))
    .digest('hex');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return { size, eTag: `${digest}-${parts.length}`, headers: upload.headers };
}

async function onKey(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const query = url.searchParams;
  const id = query.get('uploadId');
  const upload = id === null ? undefined : uploads.get(id);
  if (id !== null && upload === undefined)
    return answer(response, 404, xml('Error', '<Code>NoSuchUpload</Code><Message>There is no such upload.</Message>'));
  if (upload !== undefined && id !== null) return await onUpload(request, response, { upload, id, url });
  if (request.method === 'POST' && query.has('uploads')) {
    const uploadId = `upload-${(lastId += 1)}`;
    uploads.set(uploadId, { headers: namedBy(request, /^x-amz-meta-/), parts: new Map() });
    return answer(response, 200, xml('InitiateMultipartUploadResult', `<UploadId>${uploadId}</UploadId>`));
  }
  if (request.method === 'PUT') {
    const kept = { ...(await drain(request)) };
    objects.set(url.pathname, { ...kept, headers: { ...namedBy(request, /^x-amz-meta-/), ...kept.headers } });
    return answer(response, 200, '', { etag: `"${kept.eTag}"`, ...kept.headers });
  }
  const kept = objects.get(url.pathname);
  if (request.method === 'DELETE') {
    objects.delete(url.pathname);
    return void response.writeHead(204).end();
  }
  if (request.method !== 'HEAD') return answer(response, 405);
  if (kept === undefined) return void response.writeHead(404).end();
  const facts = { 'content-length': kept.size, etag: `"${kept.eTag}"`, 'last-modified': new Date().toUTCString(), ...kept.headers };
  response.writeHead(200, facts).end();
}

async function onUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { upload, id, url }: { upload: Upload; id: string; url: URL },
): Promise<void> {
  const { method = '' } = request;
  if (method === 'PUT') {
    const part = await drain(request);
    upload.parts.set(Number(url.searchParams.get('partNumber')), part);
    return answer(response, 200, '', { etag: `"${part.eTag}"`, ...part.headers });
  }
  if (method === 'GET') {
    const listed = [...upload.parts].map(
      ([n, { size, eTag }]) => `<Part><PartNumber>${n}</PartNumber><ETag>"${eTag}"</ETag><Size>${size}</Size></Part>`,
    );
    return answer(response, 200, xml('ListPartsResult', `<IsTruncated>false</IsTruncated>${listed.join('')}`));
  }
  uploads.delete(id);
  if (method === 'DELETE') return void response.writeHead(204).end();
  for await (const _piece of request);
  const kept = complete(upload);
  objects.set(url.pathname, kept);
  answer(response, 200, xml('CompleteMultipartUploadResult', `<ETag>"${kept.eTag}"</ETag>`));
}

async function onBucket(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  for await (const _piece of request);
  if (url.searchParams.has('location')) return answer(response, 200, xml('LocationConstraint', ''));
  if (request.method === 'GET') return answer(response, 200, xml('ListBucketResult', '<IsTruncated>false</IsTruncated>'));
  answer(response, 200);
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sink');
  if (request.method === 'OPTIONS') return answer(response, 405);
  if (url.pathname === '/-/received') return answer(response, 200, JSON.stringify({ bytes: received }));
  if (url.pathname === '/')
    return answer(response, 200, xml('ListAllMyBucketsResult', '<Buckets><Bucket><Name>bucket</Name></Bucket></Buckets>'));
  return await (/^\/[^/]+\/.+/.test(url.pathname) ? onKey : onBucket)(request, response, url);
}

const server = createServer({ highWaterMark: 1024 * 1024, requestTimeout: 0 }, (request, response) => {
  // A client that went away in the middle of its body has its error already.
  route(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => process.exit(0));
