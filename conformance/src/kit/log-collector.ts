// Owns a collector that listens as Splunk's HTTP Event Collector does, takes everything, and remembers what came.
import { createServer, type IncomingMessage } from 'node:http';

export interface CollectedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

export interface LogCollector {
  readonly port: number;
  /** When the first connection came, whatever it speaks: an agent that insists on TLS gets no further. As `performance.now()` counts. */
  readonly contactedAt: () => number | undefined;
  readonly requests: readonly CollectedRequest[];
  readonly close: () => Promise<void>;
}

const longestBody = 1_000_000;

export async function startLogCollector(): Promise<LogCollector> {
  const requests: CollectedRequest[] = [];
  let contactedAt: number | undefined;
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization ?? '', body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Success","code":0}');
    });
  });
  server.on('connection', () => (contactedAt ??= performance.now()));
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The collector is not listening on a port.');
  return {
    port: address.port,
    contactedAt: () => contactedAt,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What came of it, should the sender give up. */
async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length <= longestBody) pieces.push(piece);
    }
  } catch {
    // A connection that breaks has still shown something.
  }
  return Buffer.concat(pieces).toString('utf8');
}
