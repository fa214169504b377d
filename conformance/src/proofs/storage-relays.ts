// Owns the relays before the kit's object servers: one for each, so that what an agent reads and writes there can go wrong.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StorageFault } from './fault.ts';
import { flippingStream } from '../kit/flip-bytes.ts';
import { forwarded, passBack, wholeBody } from './forward.ts';
import type { ProxyState } from './proxy-state.ts';

export class StorageRelays {
  readonly #state: ProxyState;
  readonly #relays = new Map<string, { readonly url: string; readonly server: Server }>();

  constructor(state: ProxyState) {
    this.#state = state;
  }

  /** Sees to it that there is a relay before a server of this machine; others are let be. */
  async stand(serverUrl: string): Promise<void> {
    const { origin, hostname } = URL.canParse(serverUrl) ? new URL(serverUrl) : { origin: '', hostname: '' };
    if (hostname !== '127.0.0.1' || this.#relays.has(origin)) return;
    const server = createServer((request, response) => {
      relay(origin, request, response, this.#state).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#relays.set(origin, { url, server });
  }

  /** The relay before a server that is known; any other address stays what it is. */
  known(serverUrl: string): string {
    return (URL.canParse(serverUrl) && this.#relays.get(new URL(serverUrl).origin)?.url) || serverUrl;
  }

  async close(): Promise<void> {
    for (const { server } of this.#relays.values()) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

async function relay(origin: string, request: IncomingMessage, response: ServerResponse, state: ProxyState): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const edit = editFor(method, path, state);
  const mark = (): void => void (state.applied += 1);
  if (edit?.do === 'status') {
    mark();
    request.resume();
    response.writeHead(edit.status, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  if (edit?.do === 'publish-early' && headers['upload-length'] !== undefined) {
    mark();
    await publish(origin, request, path);
  }
  if (edit?.do === 'follow-redirects') return await follow({ request, response, origin, mark });
  const flips = edit?.do === 'flip-bytes' ? method : undefined;
  const through = flips === 'PUT' ? flippingStream(lengthOf(request), mark) : undefined;
  const answer = await forwarded(request, { origin, method, path, headers, ...(through && { through }) });
  response.writeHead(answer.statusCode ?? 502, headersOf(answer, edit, mark));
  await passBack(answer, response, flips === 'GET' ? flippingStream(lengthOf(answer), mark) : undefined);
}

const longestFollowedBody = 1024 * 1024;

interface Following {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly origin: string;
  readonly mark: () => void;
}

async function follow({ request, response, origin, mark }: Following): Promise<void> {
  const { method = 'GET', headers } = request;
  const body = await wholeBody(request, longestFollowedBody);
  const sent = (url: URL): Promise<IncomingMessage> =>
    forwarded(request, { origin: url.origin, method, path: url.pathname + url.search, headers, body });
  const first = await sent(new URL(request.url ?? '/', origin));
  const { location } = first.headers;
  if (location === undefined) {
    response.writeHead(first.statusCode ?? 502, first.headers);
    return await passBack(first, response);
  }
  mark();
  first.resume();
  const second = await sent(new URL(location));
  response.writeHead(second.statusCode ?? 502, second.headers);
  await passBack(second, response);
}

const lengthOf = ({ headers }: IncomingMessage): number => Number(headers['content-length']);

/** Objects and uploads; listings are not damaged. */
function editFor(method: string, path: string, state: ProxyState): StorageFault['edit'] | undefined {
  const armed = state.armedAt('storage');
  const isAboutBytes = method !== 'GET' || /^\/[^/?]+\/[^?]/.test(path);
  return armed?.method === method && isAboutBytes ? armed.edit : undefined;
}

function headersOf({ headers }: IncomingMessage, edit: StorageFault['edit'] | undefined, mark: () => void): IncomingMessage['headers'] {
  if (edit?.do !== 'drop-header' || headers[edit.name] === undefined) return headers;
  mark();
  const { [edit.name]: _dropped, ...rest } = headers;
  return rest;
}

async function publish(origin: string, { headers }: IncomingMessage, path: string): Promise<void> {
  const answer = await fetch(`${origin}${path}`, {
    method: 'PUT',
    headers: { authorization: headers.authorization ?? '' },
    body: 'the beginning of it',
  });
  await answer.arrayBuffer();
}
