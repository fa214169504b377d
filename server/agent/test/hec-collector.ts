// Owns a collector for tests that speaks Splunk's protocol and is strict about it, and that misbehaves when it is told to.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forTest, type Lifetime } from './lifetime.ts';

export type HecEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** What it does with requests: take them, answer something else, drop the connection, or never answer. */
export type Behaviour =
  | 'take'
  | 'drop'
  | 'hang'
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export interface Collector {
  readonly port: string;
  /** What the events say, in the order of their arrival. */
  readonly events: readonly HecEvent[];
  readonly requests: () => number;
  /** What was wrong with a request, by the protocol. */
  readonly violations: readonly string[];
  behave(behaviour: Behaviour): void;
  /** The first event, past or to come, that fits. */
  waitFor(fits: (event: HecEvent) => boolean, what: string): Promise<HecEvent>;
  /** Resolves once so many requests have come, whatever was answered. */
  requested(count: number): Promise<void>;
}

const deadlineMs = 15_000;

export async function collector(token: string, lifetime: Lifetime = forTest, port = 0): Promise<Collector> {
  const [events, violations]: [HecEvent[], string[]] = [[], []];
  const looks = new Set<() => void>();
  let [behaviour, requests]: [Behaviour, number] = ['take', 0];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    if (behaviour === 'drop') request.socket.destroy();
    else if (behaviour === 'take') answer(response, await taken(request, token, events, violations));
    else if (behaviour !== 'hang') answer(response, behaviour);
    for (const look of looks) look();
  };
  const server = createServer(
    (request, response) => void receive(request, response).catch((error: unknown) => violations.push(String(error))),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  lifetime(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const until = <Found>(find: () => Found | undefined, what: string): Promise<Found> =>
    new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        looks.delete(look);
        reject(new Error(`not within ${deadlineMs} ms: ${what}; came: ${JSON.stringify(events).slice(-1000)}`));
      }, deadlineMs);
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(deadline);
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    });
  return {
    port: String((server.address() as AddressInfo).port),
    events,
    violations,
    requests: () => requests,
    behave: (next) => void (behaviour = next),
    waitFor: (fits, what) => until(() => events.find(fits), what),
    requested: (count) => until(() => (requests >= count ? (true as const) : undefined), `${count} requests`).then(() => undefined),
  };
}

type Answer = Exclude<Behaviour, string>;

function answer(response: ServerResponse, { status, body = '', headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

const problem = (status: number, code: number, text: string): Answer => ({ status, body: JSON.stringify({ text, code }) });

async function taken(request: IncomingMessage, token: string, events: HecEvent[], violations: string[]): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  if (request.headers.authorization !== `Splunk ${token}`) return problem(403, 4, 'Invalid token');
  if (request.method !== 'POST' || request.url !== '/services/collector/event') violations.push(`${request.method} ${request.url}`);
  if (text.includes('\n')) violations.push('a line break');
  for (const envelope of concatenated(text)) {
    const { time, host, source, sourcetype, event } = envelope;
    if (typeof time !== 'number' || Math.abs(time - Date.now() / 1000) > 600) violations.push(`time ${JSON.stringify(time)}`);
    for (const value of [host, source, sourcetype])
      if (typeof value !== 'string' || value === '') violations.push('host, source, sourcetype');
    events.push(event as HecEvent);
  }
  return { status: 200, body: '{"text":"Success","code":0}' };
}

/** JSON objects that follow one another without anything in between. */
export function concatenated(text: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  for (let [start, depth, quoted, at] = [0, 0, false, 0]; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === '\\') at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === '{') depth += 1;
    else if (!quoted && sign === '}' && (depth -= 1) === 0) {
      found.push(JSON.parse(text.slice(start, at + 1)) as Record<string, unknown>);
      start = at + 1;
    }
  }
  return found;
}
