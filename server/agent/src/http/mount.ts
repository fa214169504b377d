// Owns the way of a request to its handler: the operation by path and method, the guard, the adapter, the reply.
import { type OperationId, routes } from '@click-kit/contract';
import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../account/sessions.ts';
import type { RestCall } from '../channels/notification.ts';
import { type FormLimits, receiveForm } from './form.ts';
import { authenticationFailure, callerOf, type Guard, type Validation } from './guard.ts';
import type { Handlers } from './handler.ts';
import { Problem } from './problem.ts';
import { findOperations } from './route-table.ts';
import { mayCall, refusalOf } from '../account/roles.ts';

export interface MountOptions {
  readonly validation: Validation;
  readonly handlers: Handlers;
  /** The user who is signed in to the agent, for operations that work without a token. */
  readonly currentUser: () => Caller | undefined;
  readonly formDirectory: string;
  readonly formLimits: FormLimits;
  /** Told after every call of an operation, failed ones too: the page says "after every non-GET REST call". */
  readonly onCall: (call: AnsweredCall) => void;
}

/** A call with what it was answered, and on whose behalf. */
export interface AnsweredCall extends RestCall {
  /** The path with its parameters unfilled. */
  readonly route: string;
  readonly status: number;
  /** The `error-code` of the answer, empty when it has none. */
  readonly code: string;
  /** The address of the client. */
  readonly client: string;
  /** Who presented a good token, or who stands in where one may be left out. */
  readonly caller: Caller | undefined;
}

type AnyHandler = (request: object) => Promise<{ status: number; body?: unknown }> | { status: number; body?: unknown };

export function mount(options: MountOptions, guard: Guard, readBody: RequestHandler): RequestHandler {
  return async (request, response) => {
    const id = operationOf(request, response);
    if (request.method !== 'GET') {
      const tell = answeredCall(id, request, response, options);
      response.once('finish', () => options.onCall(tell()));
      await readBodyOf(request, response, readBody);
    }
    await guard(id, request, response);
    // With optional security the validator lets a bad token pass as "no token"; a token that was sent has to be good.
    const failure = authenticationFailure(request);
    if (failure !== undefined) throw failure;
    if (!mayCall(id, callerOf(request))) throw new Problem(499, 'ACCESS', refusalOf(id));
    await answer(id, request, response, options);
  };
}

/** The path and the address are read now: later the socket may be gone. */
function answeredCall(id: OperationId, request: Request, response: Response, { currentUser }: MountOptions): () => AnsweredCall {
  const { path, method } = request;
  const client = request.socket.remoteAddress ?? '';
  return () => ({
    operation: id,
    path,
    method,
    origin: request.get('x-app-origin') ?? '',
    route: routes[id].path,
    status: response.statusCode,
    code: response.get('error-code') ?? '',
    client,
    caller: callerOf(request) ?? (mayDoWithout(id, request) ? currentUser() : undefined),
  });
}

const mayDoWithout = (id: OperationId, request: Request): boolean =>
  routes[id].security === 'optional' && authenticationFailure(request) === undefined;

/** Whatever the body parser stumbles over (syntax, size, charset, compression, an early end) is the client's. */
function readBodyOf(request: Request, response: Response, readBody: RequestHandler): Promise<void> {
  return new Promise((resolve, reject) => {
    void readBody(request, response, (error?: unknown) => {
      if (error === undefined) return resolve();
      const reason = error instanceof Error ? error.message : 'unknown error';
      reject(new Problem(499, 'DEFAULT', `The body cannot be read: ${reason}.`, error));
    });
  });
}

function operationOf(request: Request, response: Response): OperationId {
  const found = findOperations(request.path);
  if (found === undefined) throw new Problem(404, 'NOT_FOUND', `There is no operation at ${request.path}.`);
  // A HEAD is answered as the GET; Node leaves the body out.
  if (request.method === 'HEAD') request.method = 'GET';
  const id = found.methods.get(request.method);
  if (id !== undefined) return id;
  const allowed = [...found.methods.keys()].join(', ');
  response.set('allow', allowed);
  throw new Problem(405, 'DEFAULT', `${request.method} is not allowed at ${request.path}; allowed: ${allowed}.`);
}

async function answer(id: OperationId, request: Request, response: Response, options: MountOptions): Promise<void> {
  const { security, requestMediaType } = routes[id];
  const form = requestMediaType === 'multipart/form-data';
  // `Handlers` proves each handler against its operation; by id alone the union of all cannot be called.
  const handler = options.handlers[id] as unknown as AnyHandler;
  const reply = await handler({
    query: request.query,
    path: request.params,
    body: form ? await receiveForm(request, options.formDirectory, options.formLimits, goneSignal(response)) : request.body,
    token: typeof request.query.token === 'string' ? request.query.token : '',
    caller: callerOf(request) ?? (security === 'required' ? undefined : options.currentUser()),
    get signal() {
      return goneSignal(response);
    },
  });
  send(response, reply, options.validation === 'both');
}

/**
 * The validator sees `json` only; without it Express's detours (entity tags, freshness, charsets) are of no use here. A documented `null`
 * goes past the validator, which would never end the answer.
 */
function send(response: Response, { status, body }: { status: number; body?: unknown }, validated: boolean): void {
  response.status(status);
  if (body === undefined) return void response.end();
  // To the validator a null is "no content", 204; the types of the handlers see to it that it is documented.
  if (validated && body !== null) return void response.json(body);
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text);
}

/** Made only for handlers that wait for something. */
function goneSignal(response: Response): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => abort.abort(new Error('the client went away')));
  return abort.signal;
}
