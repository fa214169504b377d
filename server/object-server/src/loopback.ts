// Loopback names and addresses: where the server listens by default, and which Host headers it then answers (DNS rebinding).

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpError, hasErrorCode } from './http-error.ts';

const LOOPBACK_HOST = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?(?::\d{1,5})?$/i;
const EITHER_FAMILY = new Set(['127.0.0.1', 'localhost']);
const FREE_PORT_ATTEMPTS = 10;

export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host.includes(':') && !host.startsWith('[') && host.split(':').length > 2 ? `[${host}]` : host);
}

export function checkHostHeader(host: string | undefined): void {
  if (host === undefined || !LOOPBACK_HOST.test(host)) {
    throw new HttpError('HostNotAllowed', 'This server answers to loopback names only.');
  }
}

export interface Listening {
  servers: Server[];
  port: number;
}

/** Listens on `host`; on the IPv4 loopback also on ::1 with the same port, because clients resolve `localhost` either way. */
export async function listen(makeServer: () => Server, host: string, port: number): Promise<Listening> {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  for (let attempt = 1; ; attempt += 1) {
    const first = makeServer();
    await bind(first, address, port);
    const bound = (first.address() as AddressInfo).port;
    if (!EITHER_FAMILY.has(host)) return { servers: [first], port: bound };
    const second = makeServer();
    try {
      await bind(second, '::1', bound);
      return { servers: [first, second], port: bound };
    } catch (error) {
      if (hasErrorCode(error, 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL')) return { servers: [first], port: bound };
      await new Promise((resolve) => first.close(resolve));
      if (port !== 0 || attempt === FREE_PORT_ATTEMPTS || !hasErrorCode(error, 'EADDRINUSE')) throw error;
    }
  }
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
