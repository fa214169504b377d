// Owns small targets that behave in one wrong way, for the tests that no such target ends in passed.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MiniTarget {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function miniTarget(listener: RequestListener): Promise<MiniTarget> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const answers = (
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): RequestListener => {
  return (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
};
