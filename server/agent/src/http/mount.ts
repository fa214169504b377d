// Owns putting every operation of the generated table on the router, with one adapter from Express to handlers.
import { type OperationId, routes } from '@click-kit/contract';
import { type Request, type Response, Router } from 'express';
import type { Caller } from '../account/sessions.ts';
import { type FormLimits, receiveForm } from './form.ts';
import { authenticationFailure, callerOf } from './guard.ts';
import type { Handlers } from './handler.ts';

export interface MountOptions {
  readonly handlers: Handlers;
  /** The user who is signed in to the agent, for operations that work without a token. */
  readonly currentUser: () => Caller | undefined;
  readonly formDirectory: string;
  readonly formLimits: FormLimits;
}

type AnyHandler = (request: object) => Promise<{ status: number; body?: unknown }> | { status: number; body?: unknown };

export function mount(options: MountOptions): Router {
  const router = Router({ caseSensitive: true });
  for (const [id, route] of Object.entries(routes)) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](path, (request, response) => answer(id as OperationId, request, response, options));
  }
  return router;
}

async function answer(id: OperationId, request: Request, response: Response, options: MountOptions): Promise<void> {
  const route = routes[id];
  const failure = authenticationFailure(request);
  // With optional security the validator lets a bad token pass as "no token"; a token that was sent has to be good.
  if (failure !== undefined) throw failure;
  const abort = new AbortController();
  response.once('close', () => abort.abort(new Error('the client went away')));
  const form = route.requestMediaType === 'multipart/form-data';
  // `Handlers` proves each handler against its operation; by id alone the union of all cannot be called.
  const handler = options.handlers[id] as unknown as AnyHandler;
  const reply = await handler({
    query: request.query,
    path: request.params,
    body: form ? await receiveForm(request, options.formDirectory, options.formLimits, abort.signal) : request.body,
    caller: callerOf(request) ?? (route.security === 'required' ? undefined : options.currentUser()),
    signal: abort.signal,
  });
  response.status(reply.status);
  // The validator sees `json` only, so every body goes through it, plain strings and booleans too.
  if (reply.body === undefined) response.end();
  else response.json(reply.body);
}
