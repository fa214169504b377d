// Owns express-openapi-validator: every request (and, when asked, every response) is held against the contract here.
import { routes } from '@click-kit/contract';
import { middleware } from 'express-openapi-validator';
import type { Request, RequestHandler } from 'express';
import type { Caller } from '../account/sessions.ts';

type ApiDocument = Extract<Parameters<typeof middleware>[0]['apiSpec'], object>;

/** What is held against the contract. */
export type Validation = 'requests' | 'both' | 'none';

export interface GuardOptions {
  readonly document: object;
  readonly validation: Validation;
  /** Rejects with a `Failure` when the token is not good. */
  readonly authenticate: (token: string) => Caller | Promise<Caller>;
}

const callers = new WeakMap<object, Caller>();
const failures = new WeakMap<object, unknown>();

/** Who presented a good token with this request. */
export function callerOf(request: object): Caller | undefined {
  return callers.get(request);
}

/** Why the token of this request was refused. */
export function authenticationFailure(request: object): unknown {
  return failures.get(request);
}

/**
 * The validator. Unknown query parameters pass, as they do on ASP.NET; a file of a form is not buffered (`form.ts` streams it).
 * The document is copied, because the validator edits it.
 */
export function guard({ document, validation, authenticate }: GuardOptions): RequestHandler[] {
  return [
    onlyKnownMediaTypes,
    ...(middleware({
      apiSpec: withoutForms(document) as ApiDocument,
      validateApiSpec: false,
      validateRequests: validation === 'none' ? false : { allowUnknownQueryParameters: true, coerceTypes: false },
      validateResponses: validation === 'both',
      fileUploader: false,
      validateSecurity: {
        handlers: {
          token: async (request) => {
            try {
              callers.set(request, await authenticate(typeof request.query.token === 'string' ? request.query.token : ''));
              return true;
            } catch (error) {
              failures.set(request, error);
              return false;
            }
          },
        },
      },
    }) as unknown as RequestHandler[]),
    ...(validation === 'none' ? [fillDefaults] : []),
  ];
}

/** What a handler cannot do without when nothing is validated: defaults, and numbers that are numbers. */
function fillDefaults(request: Request, _response: unknown, next: () => void): void {
  const route = Object.values(routes).find(({ path }) => path === request.path);
  const query: Record<string, unknown> = { ...route?.defaults };
  for (const [name, value] of Object.entries(request.query)) query[name] = typeof query[name] === 'number' ? Number(value) : value;
  Object.defineProperty(request, 'query', { value: query });
  next();
}

/** A form is read after the validator, straight to disk, so the validator may not ask for its parts: `form.ts` and the handler do. */
function withoutForms(document: object): object {
  const copy = structuredClone(document) as { paths: Record<string, Record<string, { requestBody?: { content?: Record<string, { schema?: object }> } }>> };
  for (const operation of Object.values(copy.paths).flatMap((item) => Object.values(item))) {
    const form = operation.requestBody?.content?.['multipart/form-data'];
    if (form !== undefined) form.schema = { type: 'object' };
  }
  return copy;
}

/**
 * The validator keeps one compiled validator per content type it sees, for ever. Parameters of the media type are cut off and
 * bodiless methods lose theirs, so that a client cannot grow that cache.
 */
function onlyKnownMediaTypes(request: Request, _response: unknown, next: () => void): void {
  const { headers } = request;
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (request.method === 'GET' || request.method === 'DELETE' || request.method === 'HEAD') delete headers['content-type'];
  else if (mediaType !== undefined && mediaType !== 'multipart/form-data') headers['content-type'] = mediaType;
  next();
}
