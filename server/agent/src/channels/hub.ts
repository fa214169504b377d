// Owns the open sockets of one channel: sends frames, drops readers that are too slow, closes cleanly.
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

export interface HubLimits {
  readonly maxConnections: number;
  /** Bytes that may wait for one reader; a reader beyond it is dropped with 1013. */
  readonly maxBufferedBytes: number;
  /** How long a reader may take to answer the close handshake. */
  readonly closeDeadlineMs: number;
  readonly heartbeatMs: number;
}

export const hubLimits: HubLimits = { maxConnections: 256, maxBufferedBytes: 1024 * 1024, closeDeadlineMs: 1000, heartbeatMs: 30_000 };

export class Hub<Frame> {
  readonly #server: WebSocketServer;
  readonly #limits: HubLimits;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(limits: HubLimits = hubLimits) {
    this.#limits = limits;
    // Clients only read: whatever they send is small and dropped.
    this.#server = new WebSocketServer({ noServer: true, clientTracking: true, maxPayload: 1024, perMessageDeflate: false });
    this.#heartbeat = setInterval(() => this.#beat(), limits.heartbeatMs).unref();
  }

  get size(): number {
    return this.#server.clients.size;
  }

  /** Completes the upgrade; beyond the limit of connections the newcomer is refused with 1013. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      // A socket error always ends in `close`; there is nobody to tell.
      client.on('error', () => client.terminate());
      client.on('pong', () => this.#alive.add(client));
      this.#alive.add(client);
      if (this.#server.clients.size > this.#limits.maxConnections) this.#drop(client, 'too many connections');
    });
  }

  publish(frame: Frame): void {
    if (this.#server.clients.size === 0) return;
    const text = JSON.stringify(frame);
    for (const client of this.#server.clients) {
      if (client.readyState !== WebSocket.OPEN) continue;
      if (client.bufferedAmount > this.#limits.maxBufferedBytes) this.#drop(client, 'reader too slow');
      else client.send(text);
    }
  }

  /** Closes every connection with 1000 (websockets.md, Connection rules) and cuts those that do not answer. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const clients = [...this.#server.clients];
    const closed = clients.map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
    for (const client of clients) client.close(1000, 'agent shuts down');
    const deadline = setTimeout(() => clients.forEach((client) => client.terminate()), this.#limits.closeDeadlineMs);
    await Promise.all(closed);
    clearTimeout(deadline);
    this.#server.close();
  }

  #drop(client: WebSocket, reason: string): void {
    client.close(1013, reason);
    setTimeout(() => client.terminate(), this.#limits.closeDeadlineMs).unref();
  }

  #beat(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.delete(client)) client.terminate();
      else client.ping();
    }
  }
}
