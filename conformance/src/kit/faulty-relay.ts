// Owns a relay before an object server of the kit on which single requests go wrong, in the way that a check asks for.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable, Transform, Writable } from 'node:stream';
import { answerPassage, type Instead, type Mishap, requestPassage } from './mishaps.ts';

export interface RelayedRequest {
  readonly method: string;
  readonly path: string;
  /** Whether it brings credentials in its headers. */
  readonly signed: boolean;
}

export interface FaultyRelay {
  readonly url: string;
  /** How many requests went wrong so far. */
  readonly mishaps: () => number;
  readonly close: () => Promise<void>;
}

/** `mishapOf` is asked once for each request; undefined lets it through. */
export async function startFaultyRelay(target: string, mishapOf: (request: RelayedRequest) => Mishap | undefined): Promise<FaultyRelay> {
  let mishaps = 0;
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', target);
    const { method = '', headers } = incoming;
    const mishap = mishapOf({ method, path: decodeURIComponent(pathname), signed: headers.authorization !== undefined });
    if (mishap !== undefined) mishaps += 1;
    if (mishap !== undefined && 'status' in mishap) answerInstead(incoming, outgoing, mishap);
    else pass({ incoming, outgoing, target, mishap });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mishaps: () => mishaps,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerInstead(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers }: Instead): void {
  incoming.resume();
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(incoming.method === 'HEAD' ? undefined : '{}');
}

interface Passing {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly target: string;
  readonly mishap: Mishap | undefined;
}

function pass({ incoming, outgoing, target, mishap }: Passing): void {
  const request = requestPassage(incoming, mishap);
  const upstream = forward(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: request.headers });
  upstream.on('response', (answer) => {
    const { headers, through, cut = false } = answerPassage(answer, mishap);
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    pipe(answer, through, outgoing);
    if (cut) outgoing.on('finish', () => incoming.socket.destroy());
  });
  upstream.on('error', () => outgoing.destroy());
  incoming.on('error', () => upstream.destroy());
  outgoing.on('close', () => upstream.destroy());
  pipe(incoming, request.through, upstream);
  if (request.cut === true) upstream.on('finish', () => upstream.destroy());
}

function pipe(from: Readable, through: Transform | undefined, to: Writable): void {
  if (through === undefined) from.pipe(to);
  else from.pipe(through).pipe(to);
}
