// Owns a proxy in front of a server that breaks connections at the byte that it was told: cut, reset, gone quiet, damaged, in small pieces.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { forTest, type Lifetime } from '../lifetime.ts';

/** The way of the bytes that are counted and broken. */
export type Way = 'to-server' | 'to-client';

export interface Fault {
  /**
   * `cut` ends the connection in order, `reset` does not; `quiet` is half-open: the connection stays, and nothing comes through
   * any more, either way; `flip` turns over one bit; `pieces` lets all through, a few bytes at a time.
   */
  readonly kind: 'cut' | 'reset' | 'quiet' | 'flip' | 'pieces';
  readonly way: Way;
  /** Bytes of the connection that still come through; of `pieces`, how many come at a time. */
  readonly after: number;
}

export interface FaultProxy {
  readonly url: string;
  /** One fault for each connection that is opened from now on; those beyond are sound. Open ones are closed. */
  arm(faults: readonly Fault[] | 'none'): void;
  /** The same for every connection. */
  always(fault: Fault): void;
  /** Faults that have struck. */
  readonly struck: () => number;
}

export async function faultProxy(target: string, lifetime: Lifetime = forTest): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let next: () => Fault | undefined = () => undefined;
  let struck = 0;
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const fault = next();
    let broken = false;
    const strike = (): void => {
      broken = fault?.kind !== 'flip';
      struck += 1;
      if (fault?.kind === 'cut') for (const socket of [client, upstream]) socket.end();
      if (fault?.kind === 'reset') for (const socket of [client, upstream]) socket.resetAndDestroy();
    };
    const carry = (from: Socket, to: Socket, way: Way): void => {
      let left = fault?.way === way && fault.kind !== 'pieces' ? fault.after : Infinity;
      from.on('data', (bytes: Buffer) => {
        if (broken) return;
        if (fault?.kind === 'pieces' && fault.way === way) return dribble(from, to, bytes, fault.after);
        const hit = left < bytes.length;
        if (hit && fault?.kind === 'flip') bytes[left] = (bytes[left] ?? 0) ^ 1;
        const through = hit && fault?.kind !== 'flip' ? bytes.subarray(0, left) : bytes;
        left = hit ? Infinity : left - bytes.length;
        if (through.length > 0 && !to.write(through)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
        if (hit) strike();
      });
    };
    carry(client, upstream, 'to-server');
    carry(upstream, client, 'to-client');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime(async () => {
    server.close();
    closeAll();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm(faults) {
      const waiting = faults === 'none' ? [] : [...faults];
      next = () => waiting.shift();
      closeAll();
    },
    always(fault) {
      next = () => fault;
      closeAll();
    },
    struck: () => struck,
  };
}

/** Each piece goes in a turn of its own, so that the other side reads it alone. */
function dribble(from: Socket, to: Socket, bytes: Buffer, size: number): void {
  from.pause();
  const send = (at: number): void => {
    if (at >= bytes.length || to.destroyed) return void from.resume();
    to.write(bytes.subarray(at, at + size), () => setImmediate(send, at + size));
  };
  send(0);
}
