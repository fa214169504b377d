// Owns the order in which a request passes: who may talk, the body, the contract, the handler, the problem.
import express, { type Express, type RequestHandler } from 'express';
import { channels, type OperationId, routes } from '@click-kit/contract';
import type { Logger } from 'pino';
import type { RestCall } from '../channels/notification.ts';
import { guard, type GuardOptions } from './guard.ts';
import type { LocalOnly } from './local-only.ts';
import { mount, type MountOptions } from './mount.ts';
import { Problem } from './problem.ts';
import { problemHandler } from './problem-handler.ts';

export interface ApplicationOptions extends MountOptions, GuardOptions {
  readonly localOnly: LocalOnly;
  readonly maxJsonBytes: number;
  /** Told after every call of an operation. */
  readonly onCall: (call: RestCall) => void;
  readonly log: Logger;
}

export function application(options: ApplicationOptions): Express {
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple').set('case sensitive routing', true);
  app.use(options.localOnly.middleware);
  for (const { address } of Object.values(channels)) app.all(address, notAnUpgrade(address));
  // Any JSON value may be a body: strict parsing would refuse bare strings and numbers before the contract sees them.
  app.use(express.json({ limit: options.maxJsonBytes, strict: false }));
  app.use(announce(options.onCall));
  app.use(...guard(options));
  app.use(mount(options));
  app.use(problemHandler(options.log));
  return app;
}

/** websockets.md, Connection rules: what is not a valid upgrade is answered 400. */
function notAnUpgrade(address: string): RequestHandler {
  return (_request, _response, next) => next(new Problem(400, 'DEFAULT', `${address} is a WebSocket channel; connect to it with ws://.`));
}

/** Failed calls are announced too: the page says "after every non-GET REST call". */
function announce(onCall: (call: RestCall) => void): RequestHandler {
  return (request, response, next) => {
    response.once('finish', () => {
      const route = (request as { openapi?: { schema?: { operationId?: string } } }).openapi?.schema?.operationId;
      if (route === undefined || !isOperation(route)) return;
      onCall({ operation: route, path: request.path, method: request.method, origin: request.get('x-app-origin') ?? '' });
    });
    next();
  };
}

const isOperation = (id: string): id is OperationId => Object.hasOwn(routes, id);
