// The way of every request: Host check, target, authorisation, handler; and the one place where failures become answers.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkAccess } from './access.ts';
import { accessKeyOf, verifyBasic, type Credentials } from './auth.ts';
import type { Exchange, Services } from './exchange.ts';
import { hasErrorCode, toHttpError } from './http-error.ts';
import type { StorageKey } from './key-store.ts';
import type { Logger } from './logger.ts';
import { checkHostHeader } from './loopback.ts';
import { verifyPresigned, type Grant } from './presign.ts';
import { sendError } from './reply.ts';
import { route } from './router.ts';
import { parseTarget, type ParsedTarget } from './target.ts';

export interface ListenerOptions {
  services: Services;
  credentials: Credentials;
  logger: Logger;
  loopbackOnly: boolean;
}

export class RequestListener {
  readonly #options: ListenerOptions;
  readonly #running = new Set<Promise<void>>();
  #closing = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  handle(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void {
    if (this.#closing) res.setHeader('Connection', 'close');
    const running = this.#serve(req, res, expectsContinue).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  close(): void {
    this.#closing = true;
  }

  /** Resolves when no request is being served, its clean-up included. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #serve(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): Promise<void> {
    const { logger, services } = this.#options;
    const started = performance.now();
    // Only the path is ever logged: the query of a presigned URL is a credential.
    const fields = { method: req.method, path: (req.url ?? '').split('?', 1)[0] };
    try {
      await this.#dispatch(req, res, expectsContinue);
    } catch (error) {
      const failure = toHttpError(error);
      if (failure.status === 500 && !isDisconnect(error)) logger.error({ ...fields, error: describe(error) }, 'request failed');
      if (res.headersSent || req.socket.destroyed) res.destroy();
      else await sendError(req, res, failure, services.limits);
    }
    logger.debug({ ...fields, status: res.statusCode, ms: Math.round(performance.now() - started) }, 'request');
  }

  async #dispatch(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): Promise<void> {
    if (this.#options.loopbackOnly) checkHostHeader(req.headers.host);
    const parsed = parseTarget(req.url ?? '');
    const { grant, key } = this.#authorise(req, parsed);
    if (key !== undefined) await checkAccess(key, req.method ?? '', parsed.target, this.#options.services);
    const body = (): AsyncIterable<Buffer> => {
      if (expectsContinue) res.writeContinue();
      // An error thrown while reading must not destroy the socket: the client is to see the answer.
      return req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    };
    const { query, target } = parsed;
    const exchange: Exchange = { req, res, query, services: this.#options.services, grant, key, body };
    await route(exchange, target);
  }

  /** The keys of the server itself, or a scoped one. */
  #authorise(req: IncomingMessage, { path, query, target }: ParsedTarget): { grant?: Grant; key: StorageKey | undefined } {
    const { credentials, services } = this.#options;
    if (query.has('signature') && target.kind === 'object') {
      const key = this.#scopedKey(query.get('accessKey') ?? '');
      return { key, grant: verifyPresigned(req.method ?? '', path, query, key ?? credentials, services.clock()) };
    }
    const key = this.#scopedKey(accessKeyOf(req.headers.authorization));
    verifyBasic(req.headers.authorization, key ?? credentials);
    return { key };
  }

  /** A scoped key never takes the place of the server's own. */
  #scopedKey(accessKey: string): StorageKey | undefined {
    const { credentials, services } = this.#options;
    return accessKey === credentials.accessKey ? undefined : services.keys.find(accessKey);
  }
}

function isDisconnect(error: unknown): boolean {
  return hasErrorCode(error, 'ECONNRESET', 'EPIPE', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE');
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
