// Owns a server of bytes for tests of the wire: it sends what it is told, in the pieces it is told, over TCP or TLS.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { identity } from '../../../../test/sso/certificate.ts';

/** What is done with each request; its head and body have arrived by then. */
export type Serve = (to: Peer, request: { readonly head: string; readonly body: Buffer }) => void | Promise<void>;

export interface Peer {
  readonly socket: Socket;
  /** Each piece leaves by itself. */
  send(...pieces: (string | Buffer)[]): Promise<void>;
}

export interface RawServer extends AsyncDisposable {
  readonly origin: URL;
  /** Connections made so far. */
  readonly connections: () => number;
  /** The most that were open at once. */
  readonly most: () => number;
  /** Ends all connections. */
  readonly drop: () => void;
}

export async function rawServer(serve: Serve, { tls = false, hold = false } = {}): Promise<RawServer> {
  const open = new Set<Socket>();
  let [made, most] = [0, 0];
  const accept = (socket: Socket): void => {
    open.add(socket);
    made += 1;
    most = Math.max(most, open.size);
    socket.setNoDelay(true);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    if (!hold) listen(socket, serve);
    else void serve(peerOf(socket), { head: '', body: Buffer.alloc(0) });
  };
  const server = tls ? createTlsServer(certificate(), accept) : createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`),
    connections: () => made,
    most: () => most,
    drop() {
      for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function certificate(): { key: string; cert: string } {
  const made = identity('localhost');
  return { key: made.privateKey, cert: made.certificate };
}

function peerOf(socket: Socket): Peer {
  return {
    socket,
    async send(...pieces) {
      for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => setImmediate(resolve)));
    },
  };
}

/** One request after the other; what a client sends ahead waits. */
function listen(socket: Socket, serve: Serve): void {
  let inbox = Buffer.alloc(0);
  let busy = false;
  const turn = async (): Promise<void> => {
    const end = inbox.indexOf('\r\n\r\n');
    if (busy || end === -1) return;
    const head = inbox.subarray(0, end).toString('latin1');
    const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (inbox.length < end + 4 + length) return;
    const body = inbox.subarray(end + 4, end + 4 + length);
    inbox = inbox.subarray(end + 4 + length);
    busy = true;
    await serve(peerOf(socket), { head, body });
    busy = false;
    await turn();
  };
  socket.on('data', (bytes) => {
    inbox = Buffer.concat([inbox, bytes]);
    void turn();
  });
}
