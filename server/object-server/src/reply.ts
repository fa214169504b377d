// How answers are written: JSON, empty, errors; and what happens to a request body that nobody wanted.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpError } from './http-error.ts';
import type { Limits } from './limits.ts';

export type Headers = Record<string, string | number>;

export function sendJson(res: ServerResponse, status: number, body: object, headers: Headers = {}): void {
  const json = Buffer.from(JSON.stringify(body), 'utf8');
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': json.length, ...headers });
  res.end(json);
}

export function sendEmpty(res: ServerResponse, status: number, headers: Headers = {}): void {
  res.writeHead(status, status === 204 || status === 304 ? headers : { 'Content-Length': 0, ...headers });
  res.end();
}

/**
 * Answers with an error. If the client is still sending, closing at once would reset the connection and lose the answer, so a
 * bounded part of the body is read first, and the connection is not used again.
 */
export async function sendError(req: IncomingMessage, res: ServerResponse, error: HttpError, limits: Readonly<Limits>): Promise<void> {
  const json = Buffer.from(JSON.stringify({ code: error.code, message: error.message }), 'utf8');
  const unread = !req.complete && hasBody(req);
  res.writeHead(error.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': json.length,
    ...(unread ? { Connection: 'close' } : {}),
    ...error.headers,
  });
  if (!unread) {
    res.end(json);
    return;
  }
  res.write(json);
  await drain(req, limits);
  res.end();
}

export function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

async function drain(req: IncomingMessage, { drainBytes, drainMs }: Readonly<Limits>): Promise<void> {
  let remaining = drainBytes;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, drainMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    req.once('end', done).once('close', done).once('error', done);
    req.on('data', (chunk: Buffer) => {
      remaining -= chunk.length;
      if (remaining <= 0) done();
    });
    req.resume();
  });
  req.pause();
}
