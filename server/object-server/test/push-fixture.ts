// Owns what the tests of pushes share: two servers, the request for a push, and targets, gates and relays that do as they are told.

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { ACCESS_KEY, SECRET_KEY, startFixture, until, type Answer, type Fixture } from './fixture.ts';

export const KIB = 1024;
export const QUICK = { pushAttempts: 3, pushRetryBaseMs: 1, pushRetryCapMs: 5, pushPauseGraceMs: 200, pushStallMs: 5_000 };

export interface Shown {
  id: string;
  status: string;
  bytes: number;
  total: number;
  error: string | null;
  checksumVerified: boolean;
  via: string;
}

export interface Pushes {
  source: Fixture;
  /** Asks for a push of `bucket/<key>` and answers its id. */
  ask(target: string, key: string, more?: object): Promise<string>;
  status(id: string): Promise<Shown>;
  command(id: string, command: string): Promise<Answer>;
  /** The push once it is over, or in the state that is asked for. */
  reaches(id: string, ...states: string[]): Promise<Shown>;
}

export const pushBody = (target: string, key: string, more: object = {}): string =>
  JSON.stringify({
    source: { bucket: 'bucket', key },
    target: { url: target, bucket: 'bucket', key, accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
    chunkBytes: 64 * KIB,
    ...more,
  });

export function pushesOf(source: Fixture): Pushes {
  const status = async (id: string): Promise<Shown> => (await source.call('GET', `/.pushes/${id}`)).json as Shown;
  return {
    source,
    status,
    command: (id, command) => source.call('POST', `/.pushes/${id}/${command}`),
    async ask(target, key, more) {
      const id = randomUUID();
      const answer = await source.call('PUT', `/.pushes/${id}`, { body: pushBody(target, key, more) });
      if (answer.status !== 201) throw new Error(`The push was not taken: ${answer.status} ${answer.body.toString()}`);
      return id;
    },
    async reaches(id, ...states) {
      const wanted = states.length > 0 ? states : ['completed', 'failed', 'cancelled'];
      let shown = await status(id);
      await until(async () => wanted.includes((shown = await status(id)).status), 15_000);
      return shown;
    },
  };
}

export async function sourceServer(options: Parameters<typeof startFixture>[0] = {}): Promise<Pushes> {
  return pushesOf(await startFixture({ ...options, limits: { ...QUICK, ...options.limits } }));
}

export async function object(fixture: Fixture, key: string, size: number): Promise<Buffer> {
  const bytes = randomBytes(size);
  const path = key.split('/').map(encodeURIComponent).join('/');
  const { status } = await fixture.call('PUT', `/bucket/${path}`, { body: bytes });
  if (status >= 300) throw new Error(`PUT ${key}: ${status}`);
  return bytes;
}

/** Port of a server of the test's own, which is closed with its connections when the test is over. */
export async function listening(server: Server, sockets: Set<Socket>): Promise<number> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Scripted {
  url: string;
  requests: { method: string; path: string; headers: IncomingMessage['headers']; size: number }[];
}

/** A target that answers as `answer` says, after it has read the whole request. */
export async function scriptedTarget(answer: (request: Scripted['requests'][number], res: ServerResponse) => void): Promise<Scripted> {
  const requests: Scripted['requests'] = [];
  const server = createServer((req, res) => {
    let size = 0;
    req.on('data', (chunk: Buffer) => (size += chunk.length));
    req.on('end', () => {
      const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, size };
      requests.push(request);
      answer(request, res);
    });
  });
  return { url: `http://127.0.0.1:${await listening(server, new Set())}`, requests };
}

export interface Gate {
  url: string;
  passed(): number;
  /** Resolves when bytes are being held back. */
  holding(): Promise<void>;
  release(): void;
}

/** A TCP proxy before a server that lets so many bytes to it through and holds the rest. */
export async function gate(port: number, allowed: number): Promise<Gate> {
  let [room, passed, held] = [allowed, 0, false];
  const flows = new Set<() => void>();
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let waiting = Buffer.alloc(0);
    const flow = (): void => {
      const now = waiting.subarray(0, Math.min(room, waiting.length));
      waiting = waiting.subarray(now.length);
      room -= now.length;
      passed += now.length;
      if (now.length > 0) upstream.write(now);
      if (waiting.length === 0) return void client.resume();
      held = true;
      client.pause();
    };
    flows.add(flow);
    client.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      flow();
    });
    upstream.on('data', (bytes) => client.write(bytes));
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        flows.delete(flow);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  const own = await listening(server, sockets);
  return {
    url: `http://127.0.0.1:${own}`,
    passed: () => passed,
    holding: () => until(async () => held, 10_000),
    release() {
      room = Infinity;
      for (const flow of flows) flow();
    },
  };
}

export interface Between {
  url: string;
  /** What went through, as `METHOD path`, in the order of the answers. */
  passed: string[];
}

export interface Passage {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Resolves when the one who asked is gone before the answer. */
  dropped: Promise<void>;
}

/**
 * An HTTP proxy before a server, for which `onAnswer` is called between the answer of the server and its passing on, to hold it,
 * to change its headers, or to drop it with `false`.
 */
export async function between(
  port: number,
  onAnswer: (passage: Passage) => Promise<boolean | undefined> | boolean | undefined,
): Promise<Between> {
  const passed: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    const { method = '', url: path = '' } = req;
    const dropped = new Promise<void>((resolve) => res.once('close', () => !res.writableFinished && resolve()));
    const upstream = request({ host: '127.0.0.1', port, method, path, headers: req.headers, agent: false }, (answer) => {
      const passOn = async (): Promise<void> => {
        const passing = await onAnswer({ method, path, headers: answer.headers, dropped });
        passed.push(`${method} ${path}`);
        if (passing === false) return void req.socket.destroy();
        res.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(res);
      };
      void passOn();
    });
    upstream.on('error', () => res.destroy());
    req.pipe(upstream);
  });
  return { url: `http://127.0.0.1:${await listening(server, sockets)}`, passed };
}

export interface TestRelay {
  url: string;
  asked: { authority: string; authorization: string | undefined }[];
}

/** An HTTP proxy that knows CONNECT and nothing else; whatever is asked for, it leads to `port`. */
export async function relay(port: number, credential: string): Promise<TestRelay> {
  const asked: TestRelay['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_req, res) => res.writeHead(405).end());
  server.on('connect', (req: IncomingMessage, client: Socket) => {
    const authorization = req.headers['proxy-authorization'];
    asked.push({ authority: req.url ?? '', authorization });
    const expected = `Basic ${Buffer.from(`:${credential}`).toString('base64')}`;
    if (authorization !== expected) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream])
      socket.on('error', () => socket.destroy()).on('close', () => (client.destroy(), upstream.destroy()));
  });
  return { url: `http://127.0.0.1:${await listening(server, sockets)}`, asked };
}
