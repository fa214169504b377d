// Owns reading the contract for tests that go over all its operations, whichever there are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required: boolean;
  readonly schema: JsonObject;
  readonly example: Json;
}

export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly security: 'required' | 'optional' | 'none';
  readonly admin: boolean;
  /** Without the token. */
  readonly parameters: readonly Parameter[];
  readonly mediaType: string | undefined;
  readonly bodySchema: JsonObject | undefined;
  readonly bodyExample: Json;
  /** Status -> media type -> schema; no media type where no body is documented. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

const file = createRequire(import.meta.url).resolve('@click-kit/contract/click/openapi.json');
export const contract = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;

export const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
export const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** What a local reference leads to; anything else is itself. */
export function resolved(value: Json | undefined): JsonObject {
  const node = object(value);
  if (typeof node.$ref !== 'string') return node;
  return resolved(
    node.$ref
      .slice(2)
      .split('/')
      .reduce<Json | undefined>((at, key) => object(at)[key], contract),
  );
}

/** In the order of the contract. */
export const operations: readonly Operation[] = Object.entries(object(contract.paths)).flatMap(([path, item]) =>
  Object.entries(object(item)).map(([method, operation]) => operationOf(path, method, object(operation))),
);

function operationOf(path: string, method: string, operation: JsonObject): Operation {
  const security = list(operation.security).map((alternative) => Object.keys(object(alternative)).length);
  const [mediaType, media] = Object.entries(object(object(operation.requestBody).content))[0] ?? [];
  return {
    id: text(operation.operationId),
    tag: text(list(operation.tags)[0]),
    method: method.toUpperCase(),
    path,
    security: security.length === 0 ? 'none' : security.includes(0) ? 'optional' : 'required',
    admin: object(operation['x-required-role']).role === 'admin',
    parameters: list(operation.parameters).map((reference) => parameterOf(resolved(reference))),
    mediaType,
    bodySchema: media === undefined ? undefined : object(object(media).schema),
    bodyExample: resolved(Object.values(object(object(media).examples))[0]).value ?? {},
    responses: Object.fromEntries(
      Object.entries(object(operation.responses)).map(([status, answer]) => [status, contentOf(resolved(answer))]),
    ),
  };
}

function parameterOf({ name, in: place, required, schema, example }: JsonObject): Parameter {
  return {
    name: text(name),
    in: place === 'path' ? 'path' : 'query',
    required: required === true,
    schema: object(schema),
    example: example ?? null,
  };
}

function contentOf({ content }: JsonObject): Record<string, JsonObject> {
  return Object.fromEntries(Object.entries(object(content)).map(([mediaType, media]) => [mediaType, object(object(media).schema)]));
}
