// Owns asking an object server to push one of its objects to another server, and watching it (openapi/object-server, Push).
import { HttpClient, readText, type HttpRequest, type ServerAddress } from './http-client.ts';
import { defaultHttpLimits } from './http-limits.ts';
import { ProviderError } from './provider.ts';

export type PushStatus = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** What the server tells of a push. */
export interface PushState {
  readonly status: PushStatus;
  readonly bytes: number;
  readonly total: number;
  readonly error: string | null;
  readonly checksumVerified: boolean;
}

export interface PushOrder {
  readonly source: { readonly bucket: string; readonly key: string };
  readonly target: {
    readonly url: string;
    readonly bucket: string;
    readonly key: string;
    readonly accessKey: string;
    readonly secretKey: string;
  };
  readonly overwrite: boolean;
  readonly chunkBytes: number;
  /** What the server shows its relay when it cannot reach the target directly. */
  readonly turn: { readonly credential: string } | null;
}

export interface PushServer {
  /** The same order under the same id again finds the same push. */
  order(id: string, order: PushOrder, signal: AbortSignal): Promise<PushState>;
  state(id: string, signal: AbortSignal): Promise<PushState>;
  /** Rejects with `conflict` when the push is in no state for it, with `missing` when there is none. */
  command(id: string, command: 'pause' | 'resume' | 'cancel', signal: AbortSignal): Promise<PushState>;
}

const statuses: readonly string[] = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'] satisfies PushStatus[];
const maxErrorChars = 500;

export function httpPushServer(address: ServerAddress): PushServer {
  const client = new HttpClient(address);
  const ask = async (request: Omit<HttpRequest, 'url'>, path: string, signal: AbortSignal): Promise<PushState> => {
    const response = await client.send({ ...request, url: client.url('.pushes', path) }, signal);
    return stateIn(await readText(response, defaultHttpLimits.jsonBytes).catch((error: unknown) => unreadable(error)));
  };
  return {
    order(id, order, signal) {
      const text = Buffer.from(JSON.stringify(order));
      const headers = { 'content-type': 'application/json', 'content-length': String(text.length) };
      return ask({ method: 'PUT', headers, body: once(text) }, id, signal);
    },
    state: (id, signal) => ask({ method: 'GET' }, id, signal),
    command: (id, command, signal) => ask({ method: 'POST', headers: { 'content-length': '0' } }, `${id}/${command}`, signal),
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

const unreadable = (cause: unknown): never => {
  throw new ProviderError('unavailable', 'the source server broke off its answer about the push', { cause });
};

/** A server that knows no pushes may answer anything; only the fields that are needed are believed. */
function stateIn(text: string): PushState {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const { status, bytes, total, error, checksumVerified } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  if (typeof status !== 'string' || !statuses.includes(status) || !isCount(bytes) || !isCount(total))
    throw new ProviderError('invalid', 'the source server does not answer as a server that can push');
  return {
    status: status as PushStatus,
    bytes: Math.min(bytes, total),
    total,
    error: typeof error === 'string' && error !== '' ? error.slice(0, maxErrorChars) : null,
    checksumVerified: checksumVerified === true,
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
