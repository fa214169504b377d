// Owns a relay between the agent and a server that counts the bytes of both directions, and may slow them down.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ScriptLifetime } from './lifetime.ts';

export interface Counted {
  toServer: number;
  toClient: number;
  /** `performance.now()` of the last byte in either direction. */
  lastAt: number;
}

export interface Relay {
  readonly url: string;
  /** Bytes since the start or the last `reset`. */
  readonly counted: Counted;
  reset(): void;
}

/** `bytesPerSecond` holds for both directions together, over all connections. */
export async function startRelay(target: string, life: ScriptLifetime, bytesPerSecond = Infinity): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const counted: Counted = { toServer: 0, toClient: 0, lastAt: 0 };
  const sockets = new Set<Socket>();
  let free = performance.now();

  /** When these bytes have left at the given rate. */
  const allowance = async (bytes: number): Promise<void> => {
    if (bytesPerSecond === Infinity) return;
    free = Math.max(free, performance.now()) + (bytes / bytesPerSecond) * 1000;
    const wait = free - performance.now();
    if (wait > 5) await pause(wait);
  };
  const carry = async (from: Socket, to: Socket, way: 'toServer' | 'toClient'): Promise<void> => {
    for await (const bytes of from as AsyncIterable<Buffer>) {
      counted[way] += bytes.length;
      counted.lastAt = performance.now();
      await allowance(bytes.length);
      if (!to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      if (to.destroyed) break;
    }
    to.end();
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    // A side that is lost ends its loop with an error; the other side was closed with it.
    carry(client, upstream, 'toServer').catch(() => undefined);
    carry(upstream, client, 'toClient').catch(() => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  life.add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted,
    reset: () => Object.assign(counted, { toServer: 0, toClient: 0, lastAt: 0 }),
  };
}
