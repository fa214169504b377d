// Owns who may talk to the agent: loopback names in `Host` (DNS rebinding), configured origins in `Origin` (CORS).
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface LocalOnly {
  /** Why a request or an upgrade is refused; `undefined` when it is welcome. */
  readonly refusal: (request: IncomingMessage) => string | undefined;
  readonly middleware: RequestHandler;
}

/** `origins`: exact origins such as `http://localhost:3000` that a browser page may call from; the agent's own is always welcome. */
export function localOnly(origins: readonly string[]): LocalOnly {
  const allowed = new Set(origins);
  const refusal = (request: IncomingMessage): string | undefined => {
    const host = request.headers.host ?? '';
    if (!loopbackNames.has(host.replace(/:\d+$/, '').toLowerCase()))
      return `The Host header has to name the loopback interface, not ${JSON.stringify(host)}.`;
    const { origin } = request.headers;
    if (origin === undefined || origin === `http://${host}` || allowed.has(origin)) return undefined;
    return `The origin ${JSON.stringify(origin)} is not configured. Add it to the CORS origins of the agent.`;
  };
  return { refusal, middleware: middleware(refusal, allowed) };
}

function middleware(refusal: LocalOnly['refusal'], allowed: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    const reason = refusal(request);
    if (reason !== undefined) return next(new Problem(403, 'SECURITY', reason));
    const { origin } = request.headers;
    if (allowed.size > 0) response.vary('Origin');
    if (origin === undefined || !allowed.has(origin)) return next();
    response.set('access-control-allow-origin', origin).set('access-control-expose-headers', 'error-code');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    response
      .set('access-control-allow-methods', 'GET, POST, PUT, DELETE')
      .set('access-control-allow-headers', 'content-type, x-app-origin');
    response.set('access-control-max-age', '600').status(204).end();
  };
}
