// Owns making a connection to a target: directly, or through a relay that forwards bytes and sees nothing of a TLS session.
//
// The relay has the role that TURN has between peers, but not its protocol (RFC 8656): it is any HTTP proxy that knows CONNECT
// (RFC 9110, section 9.3.6), asked with Proxy-Authorization.

import { request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hasErrorCode } from '../http-error.ts';
import type { AddressPolicy } from './address-policy.ts';
import { codeOf, fatal, PushFailure, Unreachable } from './push-failure.ts';

export interface Relay {
  url: URL;
  username: string;
  credential: string;
}

export interface DialOptions {
  policy: AddressPolicy;
  connectMs: number;
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

export async function dialDirect(target: URL, { policy, connectMs }: DialOptions, signal: AbortSignal): Promise<Socket> {
  policy.checkLiteral(target.hostname);
  const socket = connect({ host: bare(target.hostname), port: portOf(target), lookup: policy.lookup, noDelay: true });
  await opened(socket, 'connect', target.host, connectMs, signal);
  return await secured(socket, target, connectMs, signal);
}

export async function dialRelay(target: URL, relay: Relay, { policy, connectMs }: DialOptions, signal: AbortSignal): Promise<Socket> {
  policy.checkLiteral(target.hostname);
  const authority = `${target.hostname}:${portOf(target)}`;
  const authorization = `Basic ${Buffer.from(`${relay.username}:${relay.credential}`).toString('base64')}`;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const asked = request({
      host: bare(relay.url.hostname),
      port: portOf(relay.url),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, 'proxy-authorization': authorization },
      timeout: connectMs,
      agent: false,
      signal,
    });
    asked.once('timeout', () => asked.destroy(new Error('the relay does not answer')));
    asked.once('error', (error) => reject(signal.aborted ? signal.reason : new Unreachable(`The relay ${relay.url.host}`, error)));
    asked.once('response', ({ statusCode = 0 }) => {
      asked.destroy();
      reject(refusedByRelay(relay, statusCode));
    });
    asked.once('connect', ({ statusCode = 0 }, stream) => {
      if (statusCode === 200) return resolve(stream as Socket);
      stream.destroy();
      reject(refusedByRelay(relay, statusCode));
    });
    asked.end();
  });
  return await secured(socket, target, connectMs, signal);
}

function refusedByRelay(relay: Relay, status: number): PushFailure {
  if (status === 401 || status === 403 || status === 407) return fatal(`The relay ${relay.url.host} refuses the credential (${status}).`);
  return new PushFailure(`The relay ${relay.url.host} cannot reach the target (${status}).`, { retryable: true });
}

async function secured(socket: Socket, target: URL, connectMs: number, signal: AbortSignal): Promise<Socket> {
  if (target.protocol === 'http:') return socket;
  const name = bare(target.hostname);
  const tls = connectTls({ socket, ...(isIP(name) === 0 ? { servername: name } : {}) });
  await opened(tls, 'secureConnect', target.host, connectMs, signal);
  return tls;
}

const unconnected = (host: string, error: Error): PushFailure => (error instanceof PushFailure ? error : new Unreachable(host, error));

/** What a network can do to a handshake. Everything else is what one side thinks of the other, on any way and at any time. */
const BROKEN_OFF = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'];

const unsecured = (host: string, error: Error): PushFailure =>
  hasErrorCode(error, ...BROKEN_OFF)
    ? new Unreachable(host, error)
    : fatal(`A TLS session with ${host} is not possible (${codeOf(error)}).`, error);

async function opened(socket: Socket, event: 'connect' | 'secureConnect', host: string, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.removeListener('error', failed).removeListener(event, done);
      if (error === undefined) return resolve();
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const done = (): void => settle();
    const failed = (error: Error): void => settle(event === 'connect' ? unconnected(host, error) : unsecured(host, error));
    const aborted = (): void => settle(signal.reason as Error);
    const timer = setTimeout(() => settle(new Unreachable(host, Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }))), ms);
    socket.once('error', failed).once(event, done);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
  });
}
