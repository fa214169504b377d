// What the protocol tests share: a server on a free port with a directory of its own, and clients that send exactly what they are told.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startObjectServer, type ObjectServer, type ObjectServerOptions } from '../src/index.ts';

export const ACCESS_KEY = 'demo';
export const SECRET_KEY = 'demo-secret';
export const AUTHORIZATION = `Basic ${Buffer.from(`${ACCESS_KEY}:${SECRET_KEY}`).toString('base64')}`;
export const TUS = { 'tus-resumable': '1.0.0' };
export const OFFSET_TYPE = 'application/offset+octet-stream';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json: unknown;
}

export interface Call {
  headers?: Record<string, string | number>;
  body?: string | Buffer;
  anonymous?: boolean;
}

export interface Fixture {
  server: ObjectServer;
  dataDir: string;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** The names below a part of the data directory, to see what a failure left behind. */
  files(part: string): Promise<string[]>;
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'object-server-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function startFixture(options: Partial<ObjectServerOptions> = {}): Promise<Fixture> {
  const dataDir = options.dataDir ?? (await temporaryDirectory());
  const server = await startObjectServer({ dataDir, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, buckets: ['bucket'], ...options });
  onTestFinished(() => server.close());
  return {
    server,
    dataDir,
    call: (method, path, call) => send(server.port, method, path, call),
    files: (part) => filesBelow(join(dataDir, part)),
  };
}

/** Read again when something below vanished in the middle of it. */
async function filesBelow(directory: string): Promise<string[]> {
  for (;;) {
    try {
      return (await readdir(directory, { recursive: true })).toSorted();
    } catch (error) {
      const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT' && existsSync(directory);
      if (!gone) throw error;
    }
  }
}

/** node:http sends the path as it stands, without the normalisation of fetch. */
export async function send(port: number, method: string, path: string, call: Call = {}): Promise<Answer> {
  const { headers = {}, body, anonymous = false } = call;
  const agent = new Agent({ keepAlive: false });
  const length = body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': Buffer.byteLength(body) };
  const authorization = anonymous ? {} : { authorization: AUTHORIZATION };
  return await new Promise<Answer>((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, method, path, agent, headers: { ...authorization, ...length, ...headers } }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const content = Buffer.concat(chunks);
        const isJson = res.headers['content-type']?.startsWith('application/json') === true && content.length > 0;
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: content,
          json: isJson ? JSON.parse(content.toString()) : undefined,
        });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** A bare socket with a request head on it: for bodies that stop, never end, or lie about their length. */
export async function openRaw(port: number, head: string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${[...head, `Host: 127.0.0.1:${port}`, `Authorization: ${AUTHORIZATION}`].join('\r\n')}\r\n\r\n`);
  return socket;
}

/** Everything the server sends until it closes the connection. */
export async function readRaw(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Asks again until the condition holds; fails at the deadline. */
export async function until(condition: () => Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`The condition did not hold within ${deadlineMs} ms.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function createUpload(fixture: Fixture, key: string, length: number, headers: Call['headers'] = {}): Promise<string> {
  const answer = await fixture.call('POST', `/bucket/${key}`, { headers: { ...TUS, 'upload-length': length, ...headers } });
  if (answer.status !== 201) throw new Error(`The upload was not created: ${answer.status} ${answer.body.toString()}`);
  return answer.headers.location ?? '';
}

export async function patch(
  fixture: Fixture,
  location: string,
  offset: number,
  body: Buffer | string,
  headers: Call['headers'] = {},
): Promise<Answer> {
  return await fixture.call('PATCH', location, {
    headers: { ...TUS, 'content-type': OFFSET_TYPE, 'upload-offset': offset, ...headers },
    body,
  });
}

export async function offsetOf(fixture: Fixture, location: string): Promise<number> {
  const answer = await fixture.call('HEAD', location, { headers: TUS });
  return Number(answer.headers['upload-offset']);
}
