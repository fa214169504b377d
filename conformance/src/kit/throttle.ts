// Owns a TCP relay before a server of the kit that lets bytes through at a chosen rate, so that a transfer can be met while it runs.
import { createServer, connect, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

const tickMs = 20;

export interface Throttle {
  readonly url: string;
  /** Bytes let through so far, both directions together. */
  readonly bytes: () => number;
  /** From now on as fast as the network allows. */
  readonly release: () => void;
  /** Ends every connection in the middle and refuses new ones. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export interface ThrottleOptions {
  readonly target: string;
  readonly bytesPerSecond: number;
  /** Bytes that pass at once before the rate counts. */
  readonly burst?: number;
}

export async function startThrottle({ target, bytesPerSecond, burst = 0 }: ThrottleOptions): Promise<Throttle> {
  const { hostname, port } = new URL(target);
  const budget = new Budget(bytesPerSecond, burst);
  const sockets = new Set<Socket>();
  let refusing = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (refusing) return void client.destroy();
    const upstream = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    relay(client, upstream, budget);
    relay(upstream, client, budget);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    bytes: () => budget.spent,
    release: () => budget.release(),
    cut: () => {
      refusing = true;
      drop();
    },
    close: async () => {
      budget.release();
      budget.stop();
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay is not listening on a port.');
  return address.port;
}

/** Passes data on as the budget allows, and its end after it; the sender is held back meanwhile. */
function relay(from: Socket, to: Socket, budget: Budget): void {
  const slow = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      budget.spend(chunk, (part) => this.push(part), done);
    },
  });
  from.pipe(slow).pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!from.readableEnded) to.destroy();
  });
}

interface Waiting {
  chunk: Buffer;
  readonly write: (part: Buffer) => void;
  readonly done: () => void;
}

class Budget {
  spent = 0;
  readonly #perTick: number;
  readonly #queue: Waiting[] = [];
  #credit: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(bytesPerSecond: number, burst: number) {
    this.#credit = burst;
    this.#perTick = Math.max(1, Math.floor((bytesPerSecond * tickMs) / 1000));
  }

  spend(chunk: Buffer, write: Waiting['write'], done: Waiting['done']): void {
    this.#queue.push({ chunk, write, done });
    // What was not used of a tick is kept for the next one, so that small pieces reach the rate, too.
    this.#timer ??= setInterval(() => {
      const most = this.#perTick * 2;
      if (this.#credit < most) this.#credit = Math.min(this.#credit + this.#perTick, most);
      this.#let();
    }, tickMs);
    this.#let();
  }

  release(): void {
    this.#credit = Infinity;
    this.#let();
  }

  #let(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#credit > 0; next = this.#queue[0]) {
      const part = next.chunk.subarray(0, this.#credit);
      next.chunk = next.chunk.subarray(part.length);
      this.#credit -= part.length;
      this.spent += part.length;
      next.write(part);
      if (next.chunk.length > 0) return;
      this.#queue.shift();
      next.done();
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
