// Owns the order in which a request passes: who may talk, the body, the contract, the handler, the problem.
import { channels } from '@click-kit/contract';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { guard, type GuardOptions } from './guard.ts';
import type { LocalOnly } from './local-only.ts';
import { mount, type MountOptions } from './mount.ts';
import { Problem } from './problem.ts';
import { problemHandler } from './problem-handler.ts';

export interface ApplicationOptions extends MountOptions, GuardOptions {
  readonly localOnly: LocalOnly;
  readonly maxJsonBytes: number;
  readonly log: Logger;
}

export function application(options: ApplicationOptions): Express {
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple').set('case sensitive routing', true);
  app.use(options.localOnly.middleware);
  for (const { address } of Object.values(channels)) app.all(address, notAnUpgrade(address));
  // Any JSON value may be a body: strict parsing would refuse bare strings and numbers before the contract sees them.
  app.use(mount(options, guard(options), express.json({ limit: options.maxJsonBytes, strict: false })));
  app.use(problemHandler(options.log));
  return app;
}

/** websockets.md, Connection rules: what is not a valid upgrade is answered 400. */
function notAnUpgrade(address: string): RequestHandler {
  return (_request, _response, next) => next(new Problem(400, 'DEFAULT', `${address} is a WebSocket channel; connect to it with ws://.`));
}
