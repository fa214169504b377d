// Owns requests with headers that `fetch` does not let through, such as Host.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

export async function request(url: string, path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const [answer] = (await once(get(`${url}${path}`, { headers }), 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return { status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') };
}
