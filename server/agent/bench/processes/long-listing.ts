// An S3 server that lists as many keys as it is asked for, each an object of one byte, and holds none of them.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const maxPage = 1000;
const eTag = '"0cc175b9c0f1b6a831c399e269772661"';
const facts = { 'content-length': 1, etag: eTag, 'last-modified': new Date(0).toUTCString() };
/** Of the listing that was asked for last. */
let listed = 0;

const xml = (name: string, inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`;

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) }).end(body);
}

/** The prefix tells how many keys there are below it: `1000000/`. */
function list(response: ServerResponse, query: URLSearchParams): void {
  const prefix = query.get('prefix') ?? '';
  const total = Number(/^\d+/.exec(prefix)?.[0] ?? 0);
  const from = Number(query.get('continuation-token') ?? 0);
  const to = Math.min(total, from + Math.min(maxPage, Number(query.get('max-keys') ?? maxPage)));
  const keys = Array.from({ length: to - from }, (_, n) => `${prefix}folder/object-${String(from + n).padStart(9, '0')}.bin`);
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>${eTag}</ETag></Contents>`).join('');
  const next =
    to < total ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${to}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
  listed = to;
  answer(response, xml('ListBucketResult', `<KeyCount>${keys.length}</KeyCount>${next}${contents}`));
}

function route(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://listing');
  if (url.pathname === '/-/listed') return answer(response, String(listed));
  if (url.pathname === '/')
    return answer(response, xml('ListAllMyBucketsResult', '<Buckets><Bucket><Name>bucket</Name></Bucket></Buckets>'));
  if (url.searchParams.has('location')) return answer(response, xml('LocationConstraint', ''));
  if (!/^\/[^/]+\/.+/.test(url.pathname)) return list(response, url.searchParams);
  response.writeHead(200, facts).end(request.method === 'HEAD' ? undefined : 'a');
}

const server = createServer((request, response) => {
  request.resume();
  route(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => process.exit(0));
