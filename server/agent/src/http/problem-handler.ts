// Owns the one place where an error becomes a response.
import type { ErrorRequestHandler, Request } from 'express';
import { error as validator } from 'express-openapi-validator';
import type { Logger } from 'pino';
import { redactUrl } from '../log.ts';
import { authenticationFailure } from './guard.ts';
import { Problem, problemOf, sendProblem } from './problem.ts';

export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = problemOf(error) ?? requestProblem(error, request);
    if (problem) return sendProblem(response, problem);
    log.error({ err: error, method: request.method, url: redactUrl(request.originalUrl) }, 'unexpected error');
    response.status(500).end();
  };
}

/** What the guard and the body parsers throw about a request, in the error model of the contract. */
function requestProblem(error: unknown, request: Request): Problem | undefined {
  if (error instanceof validator.Unauthorized)
    return problemOf(authenticationFailure(request)) ?? new Problem(401, 'TOKEN', 'A token is required.');
  if (error instanceof validator.BadRequest) return invalidRequest(error, request);
  if (error instanceof validator.UnsupportedMediaType)
    return new Problem(499, 'DEFAULT', `The media type of the body is not supported: ${error.message}.`);
  return undefined;
}

function invalidRequest(error: InstanceType<typeof validator.BadRequest>, request: Request): Problem {
  const details = error.errors.map(({ path, message }) => `${path.replace(/^\//, '').replaceAll('/', '.')} ${message}`);
  const message = details.length > 0 ? `The request is not valid: ${details.join('; ')}.` : error.message;
  const openapi = (request as { openapi?: { schema?: { responses?: Record<string, unknown> } } }).openapi;
  const documented400 = openapi?.schema?.responses?.['400'] !== undefined;
  return new Problem(documented400 ? 400 : 499, 'DEFAULT', message, error);
}
