// Owns the door to the channels: which upgrade goes to which hub, and what everybody else is told.
import { channels } from '@click-kit/contract';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hub } from './hub.ts';

export type Hubs = Record<keyof typeof channels, Hub<never>>;

/** Accepts upgrades on the channel paths; anything else is answered 400 and the socket closed. */
export function serveUpgrades(server: Server, hubs: Hubs, refusal: (request: IncomingMessage) => string | undefined): void {
  const byPath = new Map(Object.entries(channels).map(([name, channel]) => [channel.address as string, hubs[name as keyof Hubs]]));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const hub = byPath.get((request.url ?? '').split('?', 1)[0] ?? '');
    const reason = refusal(request) ?? (hub ? undefined : 'There is no channel at this path.');
    if (hub === undefined || reason !== undefined) return refuse(socket, reason ?? '');
    hub.accept(request, socket, head);
  });
}

function refuse(socket: Duplex, reason: string): void {
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  );
}
