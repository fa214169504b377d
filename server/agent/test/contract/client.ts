// Owns sending any request, however wrong, and bringing back its whole answer within a deadline.
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as send } from 'node:http';
import type { Json, Operation } from './operations.ts';

export interface SentRequest {
  readonly token: string | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The bytes of the body and what the header says they are; undefined for no body at all. */
  readonly body: { readonly type: string; readonly text: string } | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const deadlineMs = 15_000;
const connections = new Agent({ keepAlive: true, maxSockets: 8 });

export const json = (body: Json | undefined): SentRequest['body'] =>
  body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) };

/** Not `fetch`, which tidies paths up. Rejects when there is no answer within the deadline: nothing may hang. */
export async function call(url: string, operation: Operation, { token, path, query, body }: SentRequest): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(path[name] ?? ''));
  const search = new URLSearchParams({ ...query, ...(token !== undefined && { token }) }).toString();
  const outgoing = send({
    agent: connections,
    hostname,
    port,
    method: operation.method,
    path: `${filled}${search === '' ? '' : `?${search}`}`,
    headers: body === undefined ? {} : { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) },
  });
  const deadline = setTimeout(() => outgoing.destroy(new Error(`${operation.id} has not answered within ${deadlineMs} ms`)), deadlineMs);
  try {
    outgoing.end(body?.text);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(pieces).toString('utf8') };
  } finally {
    clearTimeout(deadline);
  }
}
