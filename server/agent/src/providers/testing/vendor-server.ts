// Owns what the fakes of vendor APIs have in common: bearer tokens that expire, faults per request, and a record of every call.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessTokens } from '../provider.ts';
import { bodyOf, scriptedServer } from './scripted-server.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** `PUT /path?query`, for patterns. */
  readonly line: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Buffer;
}

/** What goes wrong with the next call whose line fits. */
export interface Fault {
  readonly on: RegExp;
  /** Answered without being carried out. */
  readonly instead?: Reply;
  /** Carried out with another body. */
  readonly damage?: (body: Buffer) => Buffer;
  /** Carried out, and answered otherwise. */
  readonly change?: (reply: Reply) => Reply;
  /** Carried out; the connection breaks before the answer. */
  readonly lose?: boolean;
}

export interface VendorServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: Call[];
  readonly faults: Fault[];
  /** Those of an account, whose token is replaced when it is refused; `strange` ones are never good. */
  readonly tokens: (strange?: boolean) => AccessTokens;
  readonly expireTokens: () => void;
}

export const jsonOf = (body: Buffer): Record<string, unknown> => JSON.parse(body.toString()) as Record<string, unknown>;

/** `free` lines carry their own proof: they are served without a token, and refuse one. */
export async function vendorServer(options: {
  readonly handle: (call: Call) => Reply;
  readonly unauthorized: Reply;
  readonly free: RegExp;
}): Promise<VendorServer> {
  const calls: Call[] = [];
  const faults: Fault[] = [];
  // The one that the vendor takes, and the one that the account holds until it is refused.
  let [good, held] = ['token-1', 'token-1'];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://vendor');
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    const at = faults.findIndex(({ on }) => on.test(line));
    const fault = at === -1 ? undefined : faults.splice(at, 1)[0];
    const sent = await bodyOf(request);
    const call = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: fault?.damage?.(sent) ?? sent,
      line,
    };
    calls.push(call);
    const reply = fault?.instead ?? answer(call);
    if (fault?.lose === true) return void response.destroy();
    send(response, fault?.change?.(reply) ?? reply);
  }

  function answer(call: Call): Reply {
    const { authorization } = call.headers;
    if (options.free.test(call.line))
      return authorization === undefined ? options.handle(call) : { status: 400, json: { leaked: 'token' } };
    return authorization === `Bearer ${good}` ? options.handle(call) : options.unauthorized;
  }

  const server = await scriptedServer(serve);
  return {
    url: server.url,
    calls,
    faults,
    tokens: (strange = false) => ({
      apiUrl: server.url,
      get: (_signal, refused) => {
        if (strange) return Promise.resolve('stranger');
        if (refused === held) held = good;
        return Promise.resolve(held);
      },
    }),
    expireTokens: () => void (good = `${good}+`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function send(response: ServerResponse, { status, headers = {}, json, bytes }: Reply): void {
  const body = bytes ?? (json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json)));
  response.writeHead(status, {
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...headers,
    'content-length': String(body.length),
  });
  response.end(body);
}

/** The bytes that a `Range` header asks for, as all these hosts serve them. */
export function ranged(bytes: Buffer, range: string | undefined): Reply {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (asked === null) return { status: 200, bytes };
  const [from, to] = [Number(asked[1]), asked[2] === '' ? bytes.length - 1 : Math.min(Number(asked[2]), bytes.length - 1)];
  if (from >= bytes.length || to < from) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  return { status: 206, bytes: bytes.subarray(from, to + 1), headers: { 'content-range': `bytes ${from}-${to}/${bytes.length}` } };
}
