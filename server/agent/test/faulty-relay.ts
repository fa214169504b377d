// Owns a relay in front of a server that can be told to lose answers, hang, refuse or be down.
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forTest, type Lifetime } from './lifetime.ts';

/** `mute`: the server gets the request, and nobody its answer; `hang`: nobody gets anything. */
export type Fault = 'none' | 'lose-answer' | 'mute' | 'down' | 'hang' | 'refuse';

export interface FaultyRelay {
  readonly url: string;
  /** What happens to requests of the method (all of them when left out) from now on. */
  fault(kind: Fault, method?: string): void;
  /** Method and path of every request since the start. */
  readonly seen: string[];
}

export async function faultyRelay(target: string, lifetime: Lifetime = forTest): Promise<FaultyRelay> {
  const { hostname, port } = new URL(target);
  const seen: string[] = [];
  let armed: { kind: Fault; method: string | undefined } = { kind: 'none', method: undefined };
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const kind = armed.method === undefined || armed.method === request.method ? armed.kind : 'none';
    if (kind === 'down') return void request.socket.destroy();
    if (kind === 'hang') return;
    if (kind === 'refuse') return void response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
    const options = { hostname, port, method: request.method, path: request.url, headers: request.headers, agent: false } as const;
    request.pipe(send(options, (answer) => pass(answer, response, kind)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (kind, method) => void (armed = { kind, method }),
    seen,
  };
}

function pass(answer: IncomingMessage, response: ServerResponse, kind: Fault): void {
  if (kind === 'lose-answer' || kind === 'mute') {
    answer.resume().once('end', () => kind === 'mute' || response.destroy());
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}
