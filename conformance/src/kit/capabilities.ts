// Owns holding a target to what it has declared: an operation that it offers has to be there.
import type { Operation } from './contract.ts';
import type { Check, Context } from './check.ts';
import { derivedId } from './derived-cases.ts';
import { Blocked } from './faults.ts';
import type { Target } from './target.ts';

/** What an HTTP server answers for a route or a method that it does not have. */
const absences: ReadonlySet<number> = new Set([404, 405, 501]);

/**
 * For each declared operation, that it is there. Nothing is sent that could do harm: no token where one is required, otherwise a body
 * that is cut off.
 */
export function declaredChecks(operations: Iterable<Operation>, { offered }: Pick<Target, 'offered'>): Check[] {
  if (offered === undefined) return [];
  return [...operations]
    .filter(({ id }) => offered.includes(id))
    .map((operation) => ({
      id: `declared.${derivedId(operation)}`,
      title: `${operation.summary} is declared, and served`,
      kind: 'case',
      controller: operation.tag,
      level: 'MUST',
      operations: [operation.id],
      statuses: [],
      proves: [],
      after: [],
      impact: 'read',
      run: (context) => isServed(operation, context),
    }));
}

async function isServed({ id, path, parameters, security, requestMediaType }: Operation, { api, expect }: Context): Promise<void> {
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => [name, 'no-such-thing'] as const);
  const call = {
    path: Object.fromEntries(inPath),
    invalid: true,
    token: null,
    ...(requestMediaType !== null && { text: '{', headers: { 'content-type': requestMediaType } }),
  };
  const { status } = await api.perform(id, call);
  // Without a token the answer is 401 wherever one is required, so a 404 says that the route is not there, not that a thing is not.
  if (status === 404 && security !== 'required' && inPath.length > 0) throw new Blocked(`${path} may know no such thing, or not exist`);
  expect.that(!absences.has(status), `${id} is declared by the profile, so it is not answered 404, 405 or 501`, status);
}

export interface Seen {
  readonly operation: string;
  readonly status: number;
}

/** Operations that answered nothing but absence, which speaks for a target of another version. */
export function neverServed(seen: readonly Seen[]): string[] {
  const served = new Set(seen.filter(({ status }) => !absences.has(status) && status !== 401).map(({ operation }) => operation));
  const absent = new Set(seen.filter(({ status }) => absences.has(status)).map(({ operation }) => operation));
  return [...absent].filter((operation) => !served.has(operation));
}
