// Owns cases: one request and one expectation, as data.
import type { Level } from '../result.ts';
import type { Api, Exchange } from './api.ts';
import type { Call } from './call.ts';
import type { Check, Context, Impact } from './check.ts';
import { type Contract, levelOfBasis, type OperationId, weaker } from './contract.ts';
import { codeOf } from './error-model.ts';
import { shortJson } from './schema-validator.ts';

export interface Expectation {
  readonly status: number;
  /** Which code a 499 carries is documented for none of the operations: a SHOULD. That a 401 carries one at all is a choice. */
  readonly errorCode?: string;
  /** Fields that the body has to hold, at any depth; other fields are the schema's business. */
  readonly body?: unknown;
  readonly also?: (exchange: Exchange, context: Context) => void | Promise<void>;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly operation: OperationId;
  /** `session` sends the token of the run, `member` that of a user who is no administrator; null sends none. */
  readonly as?: 'session' | 'member' | null | { readonly token: string };
  readonly request?: Call | ((context: Context) => Promise<Call>);
  readonly expect: Expectation;
  /** Default: as well founded as the operation and its answer are in the contract. */
  readonly level?: Level;
  readonly proves?: readonly string[];
  readonly after?: readonly string[];
  readonly impact?: Impact;
}

export function checkOfCase(definition: Case, contract: Contract): Check {
  const { id, title, operation: operationId, expect, proves = [], after = [] } = definition;
  const operation = contract.operations.get(operationId);
  if (operation === undefined) throw new Error(`The case ${id} names ${operationId}, which the contract does not have.`);
  const founded = weaker(operation.level, operation.responses[expect.status]?.level ?? levelOfBasis(undefined));
  return {
    id,
    title,
    kind: 'case',
    controller: operation.tag,
    level: definition.level ?? founded,
    operations: [operationId],
    statuses: [expect.status],
    proves,
    after,
    impact: definition.impact ?? (operation.method === 'GET' ? 'read' : 'self-cleaning'),
    run: (context) => runCase(definition, context),
  };
}

async function apiOf(as: NonNullable<Case['as']> | null, { api, given }: Context): Promise<Api> {
  if (as === 'session') return await given.session();
  if (as === 'member') return await given.memberSession();
  return api.withToken(as === null ? null : as.token);
}

async function runCase({ operation, as = 'session', request = {}, expect }: Case, context: Context): Promise<void> {
  const api = await apiOf(as, context);
  const call = typeof request === 'function' ? await request(context) : request;
  const exchange = await api.perform(operation, call);
  context.expect.equal(exchange.status, expect.status, `${operation} answers ${expect.status}`);
  if (expect.errorCode !== undefined) {
    const judged = expect.status === 499 ? context.should : context.info;
    judged.equal(codeOf(exchange.body, exchange.headers), expect.errorCode, `the error code is ${expect.errorCode}`);
  }
  if (expect.body !== undefined) {
    const difference = firstDifference(exchange.body, expect.body, 'the body');
    if (difference === undefined) context.expect.that(true, 'the body holds what it has to');
    else context.expect.fail(`${difference.path} is ${shortJson(difference.expected)}`, difference.expected, difference.actual);
  }
  await expect.also?.(exchange, context);
}

export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** The first place where `actual` lacks what `expected` holds; fields that `expected` does not name may be anything. */
export function firstDifference(actual: unknown, expected: unknown, path: string): Difference | undefined {
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected) ? undefined : { path, expected, actual };
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected)) return { path, expected, actual };
  for (const [key, value] of Object.entries(expected)) {
    const difference = firstDifference((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
