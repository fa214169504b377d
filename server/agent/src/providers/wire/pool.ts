// Owns the connections that are kept between requests, and how many there may be to one server.
import { Connection } from './connection.ts';

export interface PoolLimits {
  readonly connectMs: number;
  readonly connectionsPerServer: number;
}

interface Server {
  readonly idle: Connection[];
  readonly queue: Set<(connection: Connection | undefined) => void>;
  open: number;
}

/** Shorter than what servers keep an idle connection for (Node: 5 seconds). */
const IDLE_MS = 4000;
const MARGIN_MS = 1000;

export class Pool {
  readonly #limits: PoolLimits;
  readonly #servers = new Map<string, Server>();

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** `fresh` does not take one that is kept: the server may have closed it meanwhile. */
  async acquire(origin: URL, signal: AbortSignal, fresh = false): Promise<Connection> {
    signal.throwIfAborted();
    const server = this.#serverOf(origin.origin);
    const kept = fresh ? undefined : server.idle.pop();
    if (kept !== undefined) return awake(kept);
    // One that is kept and not wanted makes room for another.
    if (server.open >= this.#limits.connectionsPerServer) server.idle[0]?.fail(new Error('idle'));
    if (server.open >= this.#limits.connectionsPerServer) {
      const freed = await this.#queue(server, signal);
      if (freed !== undefined) return awake(freed);
    } else {
      server.open += 1;
    }
    return this.#connect(origin, server, signal);
  }

  /** Takes back a connection whose last answer was read to its end. */
  release(connection: Connection, keepMs: number | undefined): void {
    const server = this.#serverOf(connection.origin);
    connection.served += 1;
    connection.park();
    if (connection.failure !== undefined) return;
    const [next] = server.queue;
    if (next !== undefined) return next(connection);
    server.idle.push(connection);
    const timer = setTimeout(() => connection.fail(new Error('idle')), keepMs === undefined ? IDLE_MS : Math.max(0, keepMs - MARGIN_MS));
    timer.unref();
    timers.set(connection, timer);
  }

  // Whoever gets a place (`open` counts it) connects; a place that becomes free goes to the first in the queue.
  async #connect(origin: URL, server: Server, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(origin, this.#limits.connectMs);
    connection.onGone = () => {
      clearTimeout(timers.get(connection));
      const at = server.idle.indexOf(connection);
      if (at !== -1) server.idle.splice(at, 1);
      const [next] = server.queue;
      if (next !== undefined) return next(undefined);
      server.open -= 1;
      if (server.open === 0) this.#servers.delete(origin.origin);
    };
    const onAbort = (): void => connection.fail(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await connection.opened;
      return connection;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #queue(server: Server, signal: AbortSignal): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        server.queue.delete(got);
        signal.removeEventListener('abort', onAbort);
      };
      const got = (connection: Connection | undefined): void => {
        leave();
        resolve(connection);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      server.queue.add(got);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #serverOf(origin: string): Server {
    let server = this.#servers.get(origin);
    if (server === undefined) this.#servers.set(origin, (server = { idle: [], queue: new Set(), open: 0 }));
    return server;
  }
}

const timers = new WeakMap<Connection, NodeJS.Timeout>();

function awake(connection: Connection): Connection {
  clearTimeout(timers.get(connection));
  connection.unpark();
  return connection;
}
