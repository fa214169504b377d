// Owns a relay before an object server of the kit that notes which requests the target makes, in their order.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
}

export interface RequestLog {
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  readonly close: () => Promise<void>;
}

const mostRequests = 1000;

export async function startRequestLog(target: string): Promise<RequestLog> {
  const requests: LoggedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', target);
    if (requests.length < mostRequests) requests.push({ method: incoming.method ?? '', path: decodeURIComponent(pathname) });
    pass(incoming, outgoing, target);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string): void {
  const upstream = forward(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers });
  upstream.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on('error', () => outgoing.destroy());
  incoming.on('error', () => upstream.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}
