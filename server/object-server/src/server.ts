// The composition root: from options to a listening server, and back to a closed one.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BucketStore } from './bucket-store.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { hasErrorCode } from './http-error.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { KeyStore } from './key-store.ts';
import { silentLogger, type Logger } from './logger.ts';
import { isLoopbackHost, listen } from './loopback.ts';
import { ObjectDigests } from './object-digest.ts';
import { ObjectStore } from './object-store.ts';
import { addressPolicy } from './push/address-policy.ts';
import { PushService } from './push/push-service.ts';
import { PushStore } from './push/push-store.ts';
import { RequestListener } from './request-listener.ts';
import { UploadService } from './upload-service.ts';
import { UploadStore } from './upload-store.ts';

const TAIL_MS = 250;

export interface ObjectServerOptions {
  dataDir: string;
  /** Default 127.0.0.1, with ::1 beside it. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  accessKey: string;
  secretKey: string;
  /** Made at start if they do not exist. */
  buckets?: string[];
  /** An HTTP proxy that knows CONNECT, for pushes whose target cannot be reached directly. */
  relayUrl?: string | undefined;
  logger?: Logger;
  limits?: Partial<Limits>;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

export interface ObjectServer {
  url: string;
  port: number;
  /** Stops accepting, lets running requests finish until a deadline, cuts the rest. */
  close(): Promise<void>;
}

export async function startObjectServer(options: ObjectServerOptions): Promise<ObjectServer> {
  await mkdir(options.dataDir, { recursive: true });
  const unlock = await lockDataDir(options.dataDir);
  try {
    return await start(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function start(options: ObjectServerOptions, unlock: () => Promise<void>): Promise<ObjectServer> {
  const { dataDir, host = '127.0.0.1', port = 0, accessKey, secretKey, logger = silentLogger, clock = Date.now } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const buckets = new BucketStore(dataDir, clock);
  const objects = new ObjectStore(dataDir, buckets);
  const store = new UploadStore(dataDir, clock, limits.uploadExpiryMs);
  const uploads = new UploadService({ store, objects, limits, clock, logger });
  const keys = new KeyStore(dataDir, clock, limits.maxScopedKeys);
  const pushes = new PushService({
    store: new PushStore(dataDir),
    objects,
    limits,
    clock,
    logger,
    policy: addressPolicy(isLoopbackHost(host)),
    relayUrl: options.relayUrl === undefined ? undefined : new URL(options.relayUrl),
  });
  await buckets.open();
  await keys.open();
  await objects.open();
  await store.open();
  await pushes.open();
  await uploads.sweep();
  for (const bucket of options.buckets ?? []) await buckets.create(bucket);

  const listener = new RequestListener({
    services: { limits, clock, buckets, keys, objects, digests: new ObjectDigests(), uploads, pushes },
    credentials: { accessKey, secretKey },
    logger,
    loopbackOnly: isLoopbackHost(host),
  });
  const listening = await listen(() => newHttpServer(listener, limits), host, port);
  pushes.start();
  const timer = setInterval(() => {
    uploads.sweep().catch((error: unknown) => logger.error({ error: String(error) }, 'sweep of expired uploads failed'));
  }, limits.sweepIntervalMs).unref();

  let closed: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`,
    port: listening.port,
    close: () => {
      clearInterval(timer);
      closed ??= Promise.all([closeServers(listening.servers, listener, limits.closeDeadlineMs), pushes.close()]).then(unlock);
      return closed;
    },
  };
}

function newHttpServer(listener: RequestListener, limits: Limits): Server {
  // requestTimeout bounds whole requests and would cut long uploads; the idle timeout catches stalled ones.
  const server = createServer({ maxHeaderSize: limits.maxHeaderBytes, headersTimeout: limits.headersTimeoutMs, requestTimeout: 0 });
  server.maxConnections = limits.maxConnections;
  server.timeout = limits.idleTimeoutMs;
  server.keepAliveTimeout = limits.idleTimeoutMs;
  server.on('request', (req: IncomingMessage, res: ServerResponse) => listener.handle(req, res, false));
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => listener.handle(req, res, true));
  server.on('clientError', refuseUnparsable);
  return server;
}

/** Requests that node's parser rejects never become a request object: they are answered on the bare socket. */
function refuseUnparsable(error: Error, socket: Duplex): void {
  // On a connection that was answered before, an answer may be under way: bytes of ours would land in the middle of it.
  if (!socket.writable || (socket instanceof Socket && socket.bytesWritten > 0)) {
    socket.destroy();
    return;
  }
  const status = hasErrorCode(error, 'HPE_HEADER_OVERFLOW')
    ? '431 Request Header Fields Too Large'
    : hasErrorCode(error, 'ERR_HTTP_REQUEST_TIMEOUT')
      ? '408 Request Timeout'
      : '400 Bad Request';
  const body = JSON.stringify({ code: 'InvalidRequest', message: 'The request is not well-formed HTTP, too large or too slow.' });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

async function closeServers(servers: Server[], listener: RequestListener, deadlineMs: number): Promise<void> {
  listener.close();
  const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const cut = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), deadlineMs);
  await listener.idle();
  clearTimeout(cut);
  // Nothing is being served any more: what is still connected is keep-alive, or the tail of an answer on its way out.
  const lastCut = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), TAIL_MS);
  servers.forEach((server) => server.closeIdleConnections());
  await closed;
  clearTimeout(lastCut);
}
