// Owns a gate in front of a server: a TCP proxy that lets so many bytes through and holds the rest until it is told.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { forTest, type Lifetime } from './lifetime.ts';

/** Which way is counted and held; the other way is always open. */
export type Direction = 'to-server' | 'to-client';

export interface Gate {
  readonly url: string;
  /** Bytes that came through so far, in the counted direction. */
  readonly passed: () => number;
  /** Lets so many more bytes through, then holds. */
  allow(bytes: number): void;
  /** Resolves when bytes are being held back; rejects after the deadline. */
  holding(): Promise<void>;
  /** Opens for good. */
  release(): void;
}

const deadlineMs = 10_000;

interface Lane {
  readonly from: Socket;
  readonly to: Socket;
  held: Buffer;
}

/** Holds after `allowed` bytes on all connections together; 0 holds everything from the start, Infinity nothing. */
export async function gate(target: string, direction: Direction, allowed: number, lifetime: Lifetime = forTest): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const lanes = new Set<Lane>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let [room, passed] = [allowed, 0];

  const flow = (lane: Lane): void => {
    const now = lane.held.subarray(0, Math.min(room, lane.held.length));
    lane.held = lane.held.subarray(now.length);
    room -= now.length;
    passed += now.length;
    if (now.length > 0) lane.to.write(now);
    if (lane.held.length === 0) return void lane.from.resume();
    lane.from.pause();
    for (const tell of waiting) tell();
  };
  const allow = (bytes: number): void => {
    room += bytes;
    for (const lane of lanes) flow(lane);
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const [from, to] = direction === 'to-server' ? [client, upstream] : [upstream, client];
    const lane: Lane = { from, to, held: Buffer.alloc(0) };
    lanes.add(lane);
    from.on('data', (bytes: Buffer) => {
      lane.held = Buffer.concat([lane.held, bytes]);
      flow(lane);
    });
    to.on('data', (bytes: Buffer) => from.write(bytes));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // When one side goes, in order or not, the other goes too; what is held is lost, as on a cut cable.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        lanes.delete(lane);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    allow,
    release: () => allow(Infinity),
    holding: () =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`the gate holds nothing after ${deadlineMs} ms; ${passed} bytes passed`)),
          deadlineMs,
        );
        const tell = (): void => {
          clearTimeout(timer);
          waiting.delete(tell);
          resolve();
        };
        waiting.add(tell);
        if ([...lanes].some(({ held }) => held.length > 0)) tell();
      }),
  };
}
