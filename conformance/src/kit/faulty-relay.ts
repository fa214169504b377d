// Owns a relay before an object server of the kit on which single requests go wrong: refused, or cut off in the middle of the answer.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Mishap =
  /** Answered in place of the server. */
  | { readonly status: number }
  /** So many bytes of the answer's body pass, then the connection is gone. */
  | { readonly cutAfter: number };

export interface RelayedRequest {
  readonly method: string;
  readonly path: string;
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
    const mishap = mishapOf({ method: incoming.method ?? '', path: decodeURIComponent(pathname) });
    if (mishap !== undefined) mishaps += 1;
    if (mishap === undefined || 'cutAfter' in mishap) return pass(incoming, outgoing, target, mishap?.cutAfter ?? Infinity);
    incoming.resume();
    outgoing.writeHead(mishap.status, { 'content-type': 'application/json' }).end('{}');
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

function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string, most: number): void {
  const upstream = forward(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers });
  upstream.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (most === Infinity) return void answer.pipe(outgoing);
    let room = most;
    answer.on('data', (bytes: Buffer) => {
      const last = bytes.length >= room;
      outgoing.write(bytes.subarray(0, room), () => last && outgoing.destroy());
      room -= Math.min(room, bytes.length);
    });
    answer.on('end', () => outgoing.end());
  });
  upstream.on('error', () => outgoing.destroy());
  incoming.on('error', () => upstream.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}
