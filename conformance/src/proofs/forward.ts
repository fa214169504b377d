// Owns passing one HTTP request on to another server and its answer back, with what has to be changed on the way.
import { request as send, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Outgoing {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The whole body; left out, it is streamed from the incoming request. */
  readonly body?: Buffer;
  readonly through?: Transform;
}

/** The upstream's answer, with its body still to be read. */
export async function forwarded(
  incoming: IncomingMessage,
  { origin, method, path, headers, body, through }: Outgoing,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(origin);
  const fixed = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
  // A connection of its own for each: one that is kept may be closed by the server just when it is used again.
  const upstream = send({ hostname, port, method, path, headers: fixed, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => upstream.once('response', resolve).once('error', reject));
  incoming.once('close', () => {
    if (!incoming.complete) upstream.destroy();
  });
  if (body !== undefined) upstream.end(body);
  else {
    // A refusal may come before the body was sent; then the answer is what counts.
    const streams = through === undefined ? [incoming, upstream] : [incoming, through, upstream];
    pipeline(streams).catch((error: Error) => upstream.destroy(error));
  }
  return await answer;
}

export async function wholeBody(stream: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new Error(`a body of more than ${limitBytes} bytes cannot be changed on its way`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function passBack(answer: IncomingMessage, response: ServerResponse, through?: Transform): Promise<void> {
  const abandon = (): void => void answer.destroy();
  response.once('close', abandon);
  await (through === undefined ? pipeline(answer, response) : pipeline(answer, through, response));
}
