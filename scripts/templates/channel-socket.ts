export const defaultAddress = 'ws://localhost:29123';

export interface ChannelOptions {
  /** Ends the iteration and closes the connection. */
  readonly signal?: AbortSignal;
  /** Frames kept for a reader that is slower than the agent; beyond it the iteration fails instead of growing. Default 10,000. */
  readonly bufferLimit?: number;
}

/** The part of the WebSocket interface that browsers, Node 22 and `ws` share. */
interface Socket {
  addEventListener(
    type: 'open' | 'error' | 'close' | 'message',
    listener: (event: { data?: unknown; code?: number; message?: string }) => void,
  ): void;
  close(code?: number): void;
}
type SocketConstructor = new (url: string) => Socket;

/** Turns the agent's `http:` address into the `ws:` one; a `ws:` address stays as it is. */
export function webSocketUrl(url: string): string {
  return url.replace(/^http/, 'ws');
}

async function socketConstructor(): Promise<SocketConstructor> {
  const native = (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
  return native ?? ((await import('ws')).WebSocket as unknown as SocketConstructor);
}

/** Yields each JSON text frame; returns when the agent closes with 1000 or the signal aborts, throws on anything else. */
export async function* frames<Frame>(url: string, options: ChannelOptions): AsyncGenerator<Frame, void, undefined> {
  const limit = options.bufferLimit ?? 10_000;
  const queue: Frame[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => {};
  const end = (error?: Error): void => {
    failure ??= ended ? undefined : error;
    ended = true;
    wake();
  };
  if (options.signal?.aborted) return;
  const socket = new (await socketConstructor())(url);
  const abort = (): void => {
    end();
    socket.close(1000);
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  socket.addEventListener('message', ({ data }) => {
    if (queue.length >= limit) return end(new Error(`${url}: more than ${limit} frames are waiting to be read`));
    try {
      queue.push(JSON.parse(String(data)) as Frame);
    } catch (cause) {
      return end(new Error(`${url}: a frame is not JSON`, { cause }));
    }
    wake();
  });
  socket.addEventListener('error', (event) => end(new Error(`${url}: ${event.message ?? 'connection failed'}`)));
  socket.addEventListener('close', ({ code }) => end(code === 1000 ? undefined : new Error(`${url}: closed with code ${code}`)));
  try {
    for (;;) {
      const frame = queue.shift();
      if (frame !== undefined) yield frame;
      else if (failure) throw failure;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    options.signal?.removeEventListener('abort', abort);
    end();
    socket.close(1000);
  }
}
