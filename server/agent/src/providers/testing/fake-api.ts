// Owns what the loopback servers of the storage APIs have in common: requests read whole, tokens that expire, answers that go astray.
import type { IncomingMessage } from 'node:http';
import { bodyOf, scriptedServer, type Seen } from './scripted-server.ts';
import type { AccessTokens } from '../provider.ts';

export interface Ask {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON. */
  readonly body?: Buffer | string | object;
}

/** What happens to one request in place of the usual; `lost`: the connection is cut where an answer was due. */
export type Fault = (handle: () => Reply | Promise<Reply>, ask: Ask) => Reply | 'lost' | Promise<Reply | 'lost'>;

/** The request arrives and is carried out; its answer does not come back. */
export const loseAnswer: Fault = async (handle) => {
  await handle();
  return 'lost' as const;
};

export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Tokens as an account has them: another one is got in place of a refused one. */
  readonly tokens: AccessTokens;
  /** Tokens that nobody gave out. */
  readonly strange: AccessTokens;
  readonly expireTokens: () => void;
  /** The next request of this name meets a fault; faults of the same name queue up. */
  readonly next: (name: string, fault: Fault) => void;
}

export interface ApiRules {
  readonly nameOf: (ask: Ask) => string;
  readonly handle: (ask: Ask, name: string) => Reply | Promise<Reply>;
  /** Whether a request of this name needs a token. */
  readonly guarded: (name: string) => boolean;
  /** What it says to a bad token. */
  readonly unauthorized: Reply;
}

export async function fakeApi(rulesFor: (url: () => string) => ApiRules): Promise<FakeApi> {
  const faults = new Map<string, Fault[]>();
  let [good, held] = ['token-1', 'token-1'];
  let origin = '';
  const rules = rulesFor(() => origin);
  const server = await scriptedServer(async (req, res) => {
    const ask = { method: req.method ?? '', url: new URL(req.url ?? '', origin), headers: req.headers, body: await bodyOf(req) };
    const name = rules.nameOf(ask);
    const known = !rules.guarded(name) || req.headers.authorization === `Bearer ${good}`;
    const handle = (): Reply | Promise<Reply> => rules.handle(ask, name);
    const fault = known ? faults.get(name)?.shift() : undefined;
    const reply = !known ? rules.unauthorized : fault === undefined ? await handle() : await fault(handle, ask);
    if (reply === 'lost') return void res.destroy();
    const { status, headers = {}, body = '' } = reply;
    const plain = typeof body === 'string' || Buffer.isBuffer(body);
    const bytes = plain ? body : JSON.stringify(body);
    res.writeHead(status, {
      ...(!plain && { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(bytes),
      ...headers,
    });
    res.end(bytes);
  });
  origin = server.url;
  return {
    url: origin,
    seen: server.seen,
    tokens: {
      apiUrl: origin,
      get: async (_signal, refused) => {
        if (refused === held) held = good;
        return held;
      },
    },
    strange: { apiUrl: origin, get: async () => 'nobody' },
    expireTokens: () => void (good = `${good}x`),
    next: (name, fault) => void faults.set(name, [...(faults.get(name) ?? []), fault]),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A body or the range of it that was asked for (RFC 9110, 14.2). */
export function ranged(bytes: Buffer, range: string | undefined, headers: Readonly<Record<string, string>> = {}): Reply {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined) return { status: 200, headers, body: bytes };
  const [start, end] = [Number(first), last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1)];
  if (start >= bytes.length) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` },
    body: bytes.subarray(start, end),
  };
}
