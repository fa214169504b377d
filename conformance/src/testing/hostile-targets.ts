// Owns the targets that are wrong in one way each: what no verdict of the kit may take for an agent.
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { answers, miniTarget, type MiniTarget } from './mini-target.ts';

export interface HostileTarget {
  readonly name: string;
  readonly start: () => Promise<MiniTarget>;
  readonly verdict: 'failed' | 'incomplete';
}

const json = { 'content-type': 'application/json' };
const dribbleMs = 50;

/** Answers the probe, and only that, in a sane way: the run has to go through every check. */
const saneProbe =
  (otherwise: RequestListener): RequestListener =>
  (request, response) =>
    (request.headers['x-conformance-case'] === 'probe' ? answers(200, '1') : otherwise)(request, response);

const http = (name: string, verdict: HostileTarget['verdict'], listener: RequestListener): HostileTarget => ({
  name,
  verdict,
  start: () => miniTarget(listener),
});

const destroys: RequestListener = (request) => void request.socket.destroy();
const staysSilent = (request: IncomingMessage): void => void request.resume();

/** A byte at a time, for ever: each byte comes before any idle timeout would strike. */
const dribbles: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { ...json, 'content-length': '100000' });
  const timer = setInterval(() => response.write(' '), dribbleMs);
  response.on('close', () => clearInterval(timer));
};

/** As fast as the reader takes it, without end. */
const floods: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, json);
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
};

const invalidUtf8: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0xfe, 0x22]));
};

const echoes: RequestListener = (request, response) => {
  response.writeHead(200, json);
  request.pipe(response);
};

async function listening(server: Server, open: Set<Socket>): Promise<MiniTarget> {
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const tcp = (name: string, verdict: HostileTarget['verdict'], greet: (socket: Socket) => void): HostileTarget => ({
  name,
  verdict,
  start: () => listening(createServer(greet), new Set()),
});

/** A port that was just given back: nobody listens there. */
async function refusing(): Promise<MiniTarget> {
  const target = await listening(createServer(), new Set());
  await target.close();
  return { url: target.url, close: () => Promise.resolve() };
}

/**
 * In front of a good agent: HTTP passes, but of each connection that becomes a channel only the upgrade gets through and then half a frame.
 */
export function cuttingFrames(agentUrl: string): Promise<MiniTarget> {
  const { hostname, port } = new URL(agentUrl);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const agent = connect(Number(port), hostname);
    open.add(agent);
    agent.on('close', () => (open.delete(agent), client.destroy()));
    agent.on('error', () => client.destroy());
    client.on('close', () => agent.destroy());
    let upgraded = false;
    client.pipe(agent);
    agent.on('data', (chunk: Buffer) => {
      if (upgraded) return void client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => agent.destroy());
      upgraded = chunk.toString('latin1').startsWith('HTTP/1.1 101');
      client.write(chunk);
    });
  });
  return listening(server, open);
}

export const hostileTargets: readonly HostileTarget[] = [
  { name: 'refuses the connection', verdict: 'incomplete', start: refusing },
  tcp('accepts and closes', 'incomplete', (socket) => socket.end()),
  tcp('accepts and resets', 'incomplete', (socket) => socket.resetAndDestroy()),
  tcp('speaks no HTTP', 'incomplete', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  http('hangs', 'incomplete', staysSilent),
  http('hangs after the probe', 'failed', saneProbe(staysSilent)),
  http('dribbles', 'incomplete', dribbles),
  http('dribbles after the probe', 'failed', saneProbe(dribbles)),
  http('closes after the probe', 'failed', saneProbe(destroys)),
  http('answers 200 {} to everything', 'failed', answers(200, '{}')),
  http('answers 200 [] to everything', 'failed', answers(200, '[]')),
  http('answers 401 to everything', 'failed', answers(401, '')),
  http('answers 400 to everything', 'failed', answers(400, '')),
  http('answers 499 without a body to everything', 'failed', answers(499, '')),
  http('answers 500 to everything', 'failed', answers(500, '')),
  http('answers JSON as text/plain', 'failed', answers(200, '1', { 'content-type': 'text/plain' })),
  http('answers HTML, as a proxy does', 'failed', answers(200, '<html>Welcome</html>', { 'content-type': 'text/html' })),
  http('says JSON and sends half of it', 'failed', answers(200, '{"data": [')),
  http('sends invalid UTF-8', 'failed', invalidUtf8),
  http('sends a body without end', 'incomplete', floods),
  http('sends a body without end after the probe', 'failed', saneProbe(floods)),
  http('echoes the request', 'failed', echoes),
];
