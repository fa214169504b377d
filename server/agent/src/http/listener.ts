// Owns the sockets: both loopback addresses on one port, and an orderly end.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenerLimits {
  readonly headersTimeoutMs: number;
  /** For a whole request; uploads by form need long ones, so it bounds idle sockets rather than sizes. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

export const listenerLimits: ListenerLimits = {
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 3_600_000,
  keepAliveTimeoutMs: 5_000,
  maxConnections: 1024,
};

/** Thrown when another process listens on the port. */
export class PortInUse extends Error {
  constructor(port: number, cause: unknown) {
    super(`Port ${port} is in use, perhaps by another agent. Stop it, or choose another --port.`, { cause });
    this.name = 'PortInUse';
  }
}

export interface Listener {
  readonly port: number;
  readonly servers: readonly Server[];
  /** Takes no new connections, lets requests in flight finish until the deadline, then cuts them. */
  close(deadlineMs: number): Promise<void>;
}

/** Clients resolve `localhost` to either address, so both are served; a machine without IPv6 gets the first alone. */
export async function listen(handler: RequestListener, port: number, limits: ListenerLimits = listenerLimits): Promise<Listener> {
  const first = await open(handler, '127.0.0.1', port, limits);
  const chosen = (first.address() as AddressInfo).port;
  const second = await open(handler, '::1', chosen, limits).catch(async (error: unknown) => {
    if (isUnavailable(error)) return undefined;
    await shut(first, 0);
    throw error;
  });
  const servers = second === undefined ? [first] : [first, second];
  return {
    port: chosen,
    servers,
    close: async (deadlineMs) => void (await Promise.all(servers.map((server) => shut(server, deadlineMs)))),
  };
}

async function open(handler: RequestListener, host: string, port: number, limits: ListenerLimits): Promise<Server> {
  const server = createServer(
    { headersTimeout: limits.headersTimeoutMs, requestTimeout: limits.requestTimeoutMs, keepAliveTimeout: limits.keepAliveTimeoutMs },
    handler,
  );
  server.maxConnections = limits.maxConnections;
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new PortInUse(port, error) : error;
  }
  return server;
}

function isUnavailable(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

async function shut(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearTimeout(deadline);
}
