// Owns the ordinary HTTP servers of the transfer tests, which know neither accounts nor tus: one to read ranges from, one to PUT to.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forTest, type Lifetime } from './lifetime.ts';

/** Serves whatever the listener says; answers the address. */
export async function httpServer(listener: RequestListener, lifetime: Lifetime = forTest): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One object at every path; HEAD and GET with ranges, no ETag, everything else 405. */
export const rangeServer = (bytes: Buffer): Promise<string> =>
  httpServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = bytes.subarray(first);
    const range = first === 0 ? {} : { 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(first === 0 ? 200 : 206, { 'accept-ranges': 'bytes', 'content-length': part.length, ...range });
    response.end(request.method === 'HEAD' ? undefined : part);
  });

export interface PutServer {
  readonly url: string;
  /** What the server shows; undefined when there is nothing. */
  get(path: string): Promise<Buffer | undefined>;
  /** Bodies that are being received or were cut off. */
  unfinished(): Promise<string[]>;
  /** How many PUTs came. */
  readonly puts: () => number;
}

/** Takes PUT into a file aside that it renames when the body is whole. The first `broken` bodies are cut after `cutAfter` bytes. */
export async function putServer({ broken = 0, cutAfter = 0 } = {}): Promise<PutServer> {
  const folder = await mkdtemp(join(tmpdir(), 'click-test-put-'));
  forTest(() => rm(folder, { recursive: true, force: true }));
  let puts = 0;
  const file = (path: string): string => join(folder, 'shown', encodeURIComponent(path));
  const get = (path: string): Promise<Buffer | undefined> => readFile(file(path)).catch(() => undefined);
  const put = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    puts += 1;
    // Once its body has failed, a request does not know its socket any more.
    const { socket } = request;
    const aside = join(folder, 'aside', String(puts));
    const cut = puts <= broken ? cutAfter : Infinity;
    let received = 0;
    const watch = new Transform({
      transform(piece: Buffer, _encoding, done) {
        received += piece.length;
        done(received > cut ? new Error('cut off') : null, piece);
      },
    });
    try {
      await pipeline(request, watch, createWriteStream(aside));
      await rename(aside, file(request.url ?? ''));
      response.writeHead(201).end();
    } catch {
      // Whatever went wrong with the body, a server drops what it has of it and the connection.
      await rm(aside, { force: true });
      socket.destroy();
    }
  };
  for (const name of ['shown', 'aside']) await mkdir(join(folder, name));
  const url = await httpServer((request, response) => {
    if (request.method === 'PUT') return void put(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    void get(request.url ?? '').then((bytes) => {
      response.writeHead(bytes === undefined ? 404 : 200, { 'content-length': bytes?.length ?? 0 });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
  });
  return { url, get, unfinished: () => readdir(join(folder, 'aside')), puts: () => puts };
}
