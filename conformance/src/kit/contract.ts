// Owns the kit's reading of the contract bundles: operations, their parameters and responses, state machines, channels.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OperationId } from '@click-kit/contract';
import type { Level } from '../result.ts';

export type { OperationId };
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required: boolean;
  readonly schema: JsonObject;
  readonly example: Json;
  readonly level: Level;
}

export interface ResponseContract {
  readonly level: Level;
  /** Media type -> the media type object of the bundle; empty when no body is described. */
  readonly content: Readonly<Record<string, JsonObject>>;
  readonly headers: readonly string[];
}

export interface Operation {
  readonly id: OperationId;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly security: 'required' | 'optional' | 'none';
  readonly level: Level;
  /** `admin` where `x-required-role` says so, with how well founded that is. */
  readonly adminOnly: Level | undefined;
  readonly parameters: readonly Parameter[];
  readonly requestMediaType: string | null;
  readonly requestSchema: JsonObject | null;
  readonly requestExample: Json;
  readonly responses: Readonly<Record<number, ResponseContract>>;
}

export interface Channel {
  readonly name: string;
  readonly address: string;
  /** Message name -> the name of its payload schema. */
  readonly messages: Readonly<Record<string, string>>;
}

export type Machine = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Contract {
  readonly title: string;
  readonly version: string;
  /** Changes with every change of a bundle. */
  readonly digest: string;
  readonly http: JsonObject;
  readonly channelDocument: JsonObject;
  readonly operations: ReadonlyMap<OperationId, Operation>;
  readonly channels: readonly Channel[];
  readonly machines: Readonly<Record<string, Machine>>;
}

/** Documented is a MUST, inferred a SHOULD; what this contract chose is not judged on agents that others wrote. */
export const levelOfBasis = (basis: Json | undefined): Level => (basis === 'inferred' ? 'SHOULD' : basis === 'chosen' ? 'INFO' : 'MUST');

const order: readonly Level[] = ['MUST', 'SHOULD', 'INFO'];
export const weaker = (a: Level, b: Level): Level => (order.indexOf(a) >= order.indexOf(b) ? a : b);

export const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** What a local `$ref` points to; anything else is itself. */
export function dereference(document: JsonObject, value: Json | undefined): JsonObject {
  const object = objectOf(value);
  if (typeof object.$ref !== 'string') return object;
  const steps = object.$ref
    .replace(/^#\//, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = steps.reduce<Json | undefined>((at, step) => objectOf(at)[step], document);
  if (target === undefined) throw new Error(`The bundle has no ${object.$ref}.`);
  return dereference(document, target);
}

export function loadContract(): Contract {
  const require = createRequire(import.meta.url);
  const [httpText, channelText] = ['openapi', 'asyncapi'].map((name) =>
    readFileSync(require.resolve(`@click-kit/contract/click/${name}.json`), 'utf8'),
  );
  return readContract(httpText ?? '', channelText ?? '');
}

export function readContract(httpText: string, channelText: string): Contract {
  const http = JSON.parse(httpText) as JsonObject;
  const channelDocument = JSON.parse(channelText) as JsonObject;
  const info = objectOf(http.info);
  const operations = operationsOf(http);
  return {
    title: textOf(info.title),
    version: textOf(info.version),
    digest: createHash('sha256').update(httpText).update(channelText).digest('hex').slice(0, 16),
    http,
    channelDocument,
    operations: new Map(operations.map((operation) => [operation.id, operation])),
    channels: channelsOf(channelDocument),
    machines: machinesOf(http),
  };
}

function operationsOf(document: JsonObject): Operation[] {
  return Object.entries(objectOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(objectOf(item)).map(([method, operation]) => operationOf(document, path, method, objectOf(operation))),
  );
}

function operationOf(document: JsonObject, path: string, method: string, operation: JsonObject): Operation {
  const [requestMediaType, media] = Object.entries(objectOf(dereference(document, operation.requestBody).content))[0] ?? [null, {}];
  const example = Object.values(objectOf(objectOf(media).examples))[0];
  const level = levelOfBasis(operation['x-basis']);
  return {
    id: operation.operationId as OperationId,
    method: method.toUpperCase(),
    path,
    tag: textOf((operation.tags as Json[])[0]),
    summary: textOf(operation.summary),
    security: securityOf((operation.security ?? document.security ?? []) as JsonObject[]),
    level,
    adminOnly: adminOnly(objectOf(operation['x-required-role'])),
    parameters: ((operation.parameters ?? []) as Json[]).map((parameter) => parameterOf(document, parameter)),
    requestMediaType,
    requestSchema: requestMediaType === null ? null : objectOf(objectOf(media).schema),
    requestExample: dereference(document, example).value ?? null,
    responses: Object.fromEntries(
      Object.entries(objectOf(operation.responses)).map(([status, response]) => [status, responseOf(document, response, level)]),
    ),
  };
}

const adminOnly = ({ role, 'x-basis': basis }: JsonObject): Level | undefined => (role === 'admin' ? levelOfBasis(basis) : undefined);

function securityOf(security: readonly JsonObject[]): Operation['security'] {
  if (security.length === 0) return 'none';
  return security.some((alternative) => Object.keys(alternative).length === 0) ? 'optional' : 'required';
}

function parameterOf(document: JsonObject, reference: Json): Parameter {
  const parameter = dereference(document, reference);
  return {
    name: textOf(parameter.name),
    in: parameter.in === 'path' ? 'path' : 'query',
    required: parameter.required === true,
    schema: objectOf(parameter.schema),
    example: parameter.example ?? null,
    level: levelOfBasis(parameter['x-basis']),
  };
}

function responseOf(document: JsonObject, reference: Json, operationLevel: Level): ResponseContract {
  const response = dereference(document, reference);
  return {
    level: weaker(operationLevel, levelOfBasis(response['x-basis'])),
    content: Object.fromEntries(Object.entries(objectOf(response.content)).map(([mediaType, media]) => [mediaType, objectOf(media)])),
    headers: Object.keys(objectOf(response.headers)).map((name) => name.toLowerCase()),
  };
}

function channelsOf(document: JsonObject): Channel[] {
  return Object.entries(objectOf(document.channels)).map(([name, value]) => {
    const channel = objectOf(value);
    const messages = Object.entries(objectOf(channel.messages)).map(([message, definition]) => {
      const payload = objectOf(dereference(document, definition).payload);
      return [message, textOf(payload.$ref).split('/').at(-1) ?? ''] as const;
    });
    return { name, address: textOf(channel.address), messages: Object.fromEntries(messages) };
  });
}

function machinesOf(document: JsonObject): Record<string, Machine> {
  const schemas = Object.entries(objectOf(objectOf(document.components).schemas));
  return Object.fromEntries(
    schemas.flatMap(([name, schema]) => {
      const transitions = objectOf(schema)['x-transitions'];
      return transitions === undefined ? [] : [[name, transitions as unknown as Machine]];
    }),
  );
}
