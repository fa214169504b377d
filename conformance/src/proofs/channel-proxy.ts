// Owns the WebSocket side of the proxy: each frame of the agent goes on to the kit, with the fault that is on.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { messageOfFrame, type ReceivedFrame } from '../kit/channel.ts';
import type { Channel, Json } from '../kit/contract.ts';
import type { FrameFault } from './fault.ts';
import { edited } from './json-edit.ts';
import type { ProxyState } from './proxy-state.ts';

const handshakeTimeoutMs = 5000;

export class ChannelProxy {
  readonly #state: ProxyState;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #upstreams = new Set<WebSocket>();

  constructor(state: ProxyState) {
    this.#state = state;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname } = new URL(request.url ?? '/', this.#state.agentUrl);
    const channel = this.#state.contract.channels.find(({ address }) => address === pathname);
    const armed = this.#state.armedAt('upgrade');
    const edit = armed?.channel === channel?.name ? armed?.edit : undefined;
    if (edit?.do === 'refuse') {
      this.#state.applied += 1;
      return refuse(socket, edit.status);
    }
    const upstream = new WebSocket(new URL(request.url ?? '/', this.#state.agentUrl.replace(/^http/, 'ws')), {
      handshakeTimeout: handshakeTimeoutMs,
    });
    this.#upstreams.add(upstream);
    upstream.once('close', () => this.#upstreams.delete(upstream));
    upstream.once('error', () => socket.destroy());
    upstream.once('unexpected-response', (_request, response) => {
      refuse(socket, response.statusCode ?? 502);
      upstream.terminate();
    });
    upstream.once('open', () =>
      this.#server.handleUpgrade(request, socket, head, (client) => {
        join(client, upstream, channel, this.#state);
        if (edit?.do !== 'close') return;
        this.#state.applied += 1;
        end(client, edit.code);
      }),
    );
  }

  close(): void {
    for (const upstream of this.#upstreams) upstream.terminate();
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** 1006 cannot be sent: it is what a connection without a close frame looks like. */
function end(socket: WebSocket, code: number): void {
  if (code === 1006 || code === 1005) socket.terminate();
  else socket.close(code);
}

function join(client: WebSocket, upstream: WebSocket, channel: Channel | undefined, state: ProxyState): void {
  const send = (data: string | Buffer, binary = false): void => client.send(data, { binary });
  const frames = new FrameLine(client, channel, state);
  upstream.on('message', (data: Buffer, isBinary) => (isBinary ? send(data, true) : frames.pass(data.toString('utf8'))));
  upstream.on('close', (code) => end(client, code));
  const notice = (text: string): void => send(text);
  if (channel?.name === 'notification') state.notices.add(notice);
  client.on('error', () => client.terminate());
  client.on('close', (code) => {
    state.notices.delete(notice);
    end(upstream, code);
  });
}

/** The frames of one connection, in their order or out of it. */
class FrameLine {
  readonly #client: WebSocket;
  readonly #channel: Channel | undefined;
  readonly #state: ProxyState;
  #seen = 0;
  /** What `swap` and `duplicate` send once more bytes were told of: frames that tell the same may come in any order. */
  #kept: { readonly text: string; readonly bytes: unknown } | undefined;

  constructor(client: WebSocket, channel: Channel | undefined, state: ProxyState) {
    this.#client = client;
    this.#channel = channel;
    this.#state = state;
  }

  pass(text: string): void {
    const fault = this.#state.armedAt('frame');
    const json = JSON.parse(text) as ReceivedFrame['json'];
    if (fault === undefined || this.#channel === undefined || !this.#isMeant(json, fault)) return this.#client.send(text);
    this.#seen += 1;
    this.#distort(text, json, fault.edit);
  }

  #isMeant(json: ReceivedFrame['json'], { message, when = {} }: FrameFault): boolean {
    return (
      this.#channel !== undefined &&
      messageOfFrame(this.#channel, json, this.#state.contract) === message &&
      Object.entries(when).every(([name, value]) => json.Data?.[name] === value)
    );
  }

  #distort(text: string, json: ReceivedFrame['json'], edit: FrameFault['edit']): void {
    const [client, state] = [this.#client, this.#state];
    if (edit.do === 'swap' || edit.do === 'duplicate') return this.#reorder(text, json.Data?.Bytes, edit.do);
    if (edit.do === 'edit-body') {
      const next = edited(json as Json, edit.edit, state.editTools);
      if (next !== undefined) state.applied += 1;
      return client.send(JSON.stringify(next?.value ?? json));
    }
    state.applied += 1;
    if (edit.do === 'binary') client.send(Buffer.from(text), { binary: true });
    if (edit.do === 'break') client.send(text.slice(0, -1));
    if (edit.do === 'close') end(client, edit.code);
    if (edit.do === 'delay') setTimeout(() => client.readyState === WebSocket.OPEN && client.send(text), edit.ms).unref();
  }

  #reorder(text: string, bytes: unknown, how: 'swap' | 'duplicate'): void {
    if (this.#seen === 1) this.#kept = { text, bytes };
    if (this.#seen !== 1 || how === 'duplicate') this.#client.send(text);
    const kept = this.#kept;
    if (this.#seen === 1 || kept === undefined || (bytes !== undefined && bytes === kept.bytes)) return;
    this.#kept = undefined;
    this.#client.send(kept.text);
    this.#state.applied += 1;
  }
}
