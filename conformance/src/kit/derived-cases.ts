// Owns the negatives that the contract itself implies: no token, a bad token, wrong types, unknown ids.
import type { Level } from '../result.ts';
import type { Call } from './call.ts';
import type { Case } from './case.ts';
import type { Context } from './check.ts';
import type { Contract, JsonObject, Operation, Parameter } from './contract.ts';
import { dereference, objectOf, textOf } from './contract.ts';
import { loadRegister, type Requirement, requirementsOf } from './register.ts';
import { applicable } from './schema-walk.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';
const badToken = 'this-is-no-token';

/** `GenerateDownloadUrl` -> `generate-download-url`. */
export const slug = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

export function derivedCases(contract: Contract, requirements: readonly Requirement[] = loadRegister(contract)): Case[] {
  return [...contract.operations.values()].flatMap((operation) => [
    ...tokenCases(operation, requirements),
    ...adminOnly(operation, requirements),
    ...wrongParameterTypes(operation, contract),
    ...wrongBodyType(operation, contract),
    ...unknownIds(operation, requirements),
  ]);
}

/** `cloud.list-buckets`: what the ids of an operation's own cases begin with. */
export const derivedId = ({ tag, id }: Pick<Operation, 'tag' | 'id'>): string => `${slug(tag)}.${slug(id)}`;

const idOf = (operation: Operation, what: string): string => `${derivedId(operation)}.${what}`;

/** The documented example, so that nothing but what the case is about is wrong with the request. */
function exampleCall({ parameters, requestMediaType, requestExample }: Operation): Call {
  const of = (place: Parameter['in']): Record<string, string> =>
    Object.fromEntries(
      parameters.filter((parameter) => parameter.in === place && parameter.required).map(({ name, example }) => [name, textOf(example)]),
    );
  return { path: of('path'), query: of('query'), ...(requestMediaType === 'application/json' && { body: requestExample }) };
}

/** A deletion that names nothing deletes what the user of the agent has set up, should the agent not refuse it. */
const impactOf = ({ method, parameters }: Operation): Pick<Case, 'impact'> =>
  method === 'DELETE' && !parameters.some(({ required }) => required) ? { impact: 'destructive' } : {};

/** errors.md: 401 when the token is missing or invalid. */
function tokenCases(operation: Operation, requirements: readonly Requirement[]): Case[] {
  const { id, summary, security } = operation;
  if (security === 'none') return [];
  // A refusal says something only of an agent that does let a good token in.
  const request = async ({ given }: Context): Promise<Call> => {
    await given.session();
    return exampleCall(operation);
  };
  const common = { operation: id, request, expect: { status: 401 }, ...impactOf(operation) };
  const bad = { ...common, id: idOf(operation, 'bad-token'), title: `${summary} refuses a token that is none`, as: { token: badToken } };
  // That a token which need not be sent has to be good when it is sent is this contract's choice.
  if (security === 'optional') return [{ ...bad, level: 'INFO' }];
  const documented = { level: 'MUST', proves: ['ERR-STATUS-401', ...requirementsOf(requirements, id, 'TOKEN')] } as const;
  return [
    { ...common, ...documented, id: idOf(operation, 'no-token'), title: `${summary} refuses a call without a token`, as: null },
    { ...bad, ...documented },
  ];
}

/** `ACCESS` is the documented code for a resource that the caller may not have. */
function adminOnly(operation: Operation, requirements: readonly Requirement[]): Case[] {
  const { id, summary, adminOnly: level } = operation;
  if (level === undefined) return [];
  return [
    {
      id: idOf(operation, 'not-an-admin'),
      title: `${summary} is refused to a user who is no administrator`,
      operation: id,
      as: 'member',
      level,
      request: exampleCall(operation),
      // That administrators alone may do it is then our choice: where others may, the example is done, and nobody takes it back.
      ...(level !== 'MUST' && operation.method !== 'GET' && { impact: 'destructive' as const }),
      expect: { status: 499, errorCode: 'ACCESS' },
      ...impactOf(operation),
      proves: level === 'INFO' ? [] : requirementsOf(requirements, id, 'ADMIN'),
    },
  ];
}

/** errors.md: 499 for application-level validation errors; that a wrong type is one is inferred. */
function wrongParameterTypes(operation: Operation, contract: Contract): Case[] {
  const typed = operation.parameters.filter((parameter) => parameter.in === 'query');
  return typed.flatMap((parameter): Case[] => {
    const wrong = wrongValue(parameter.schema, contract);
    if (wrong === undefined) return [];
    const call = exampleCall(operation);
    return [
      {
        id: idOf(operation, `wrong-type-${parameter.name.toLowerCase()}`),
        title: `${operation.summary} refuses ${wrong} as ${parameter.name}`,
        operation: operation.id,
        level: 'SHOULD',
        request: { ...call, query: { ...call.query, [parameter.name]: wrong }, invalid: true },
        expect: { status: 499, errorCode: 'DEFAULT' },
        proves: ['ERR-STATUS-499', 'ERR-CODE-002'],
      },
    ];
  });
}

function wrongValue(schema: JsonObject, { http }: Contract): string | undefined {
  const branches = [schema, ...((schema.allOf ?? []) as JsonObject[])].map((branch) => dereference(http, branch));
  if (branches.some(({ type }) => type === 'integer')) return 'twelve';
  if (branches.some(({ type }) => type === 'boolean')) return 'perhaps';
  return branches.some(({ format }) => format === 'uuid') ? 'no-uuid' : undefined;
}

/** One property of the body with a value of another type. */
function wrongBodyType(operation: Operation, contract: Contract): Case[] {
  if (operation.requestMediaType !== 'application/json' || operation.responses[400] !== undefined) return [];
  const properties = objectOf(dereference(contract.http, operation.requestSchema ?? {}).properties);
  const [name] =
    Object.entries(properties).find(
      ([, property]) => !applicable(contract.http, objectOf(property)).some(({ type }) => type === 'boolean'),
    ) ?? [];
  if (name === undefined) return [];
  const call = exampleCall(operation);
  return [
    {
      id: idOf(operation, `wrong-type-in-body`),
      title: `${operation.summary} refuses true as ${name}`,
      operation: operation.id,
      level: 'SHOULD',
      as: operation.security === 'none' ? null : 'session',
      request: { ...call, body: { ...objectOf(operation.requestExample), [name]: true }, invalid: true },
      expect: { status: 499, errorCode: 'DEFAULT' },
      proves: ['ERR-STATUS-499', 'ERR-CODE-002'],
    },
  ];
}

/**
 * Only one page says what an unknown id is answered. Elsewhere the error model does: 499, the only documented way in which a
 * reading operation can refuse; a deletion might do nothing instead. For ids in paths 404 is as likely, so there it is a choice.
 */
function levelOfUnknownId({ method, responses }: Operation, place: Parameter['in']): Level {
  if (responses[404] !== undefined) return 'MUST';
  if (place === 'path') return 'INFO';
  return method === 'GET' ? 'MUST' : 'SHOULD';
}

function unknownIds(operation: Operation, requirements: readonly Requirement[]): Case[] {
  const parameter = operation.parameters.find(({ name, required }) => required && (name === 'transferId' || name === 'id'));
  if (parameter === undefined) return [];
  const documented = operation.responses[404] !== undefined;
  const level = levelOfUnknownId(operation, parameter.in);
  const call = exampleCall(operation);
  const place =
    parameter.in === 'path'
      ? { path: { ...call.path, [parameter.name]: unknownId } }
      : { query: { ...call.query, [parameter.name]: unknownId } };
  return [
    {
      id: idOf(operation, 'unknown-id'),
      title: `${operation.summary} does not know an unknown id`,
      operation: operation.id,
      level,
      request: { ...call, ...place },
      expect: documented ? { status: 404 } : { status: 499, errorCode: 'NOT_FOUND' },
      proves: level === 'INFO' ? [] : [...requirementsOf(requirements, operation.id, 'UNKNOWN'), ...(documented ? [] : ['ERR-CODE-010'])],
    },
  ];
}
