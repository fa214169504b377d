// Owns typed access to a bundled OpenAPI document: its operations in mount order and its schemas.
import type { Json, JsonObject } from './bundle.ts';

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly security: 'required' | 'optional' | 'none';
  readonly statuses: readonly number[];
  readonly requestMediaType: string | null;
  /** Name of the body's schema; bodies are always references, so that they have a name in every language. */
  readonly requestSchema: string | null;
  /** Defaults of the query parameters that have one. */
  readonly defaults: JsonObject;
  readonly basis: string;
  /** Who may call it: `x-required-role`, by default everybody who is signed in. `creative` admits administrators too. */
  readonly role: 'anyone' | 'user' | 'creative' | 'admin';
}

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

export function object(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** A value that has to be a text or a number in a valid document. */
export function text(value: Json | undefined): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`expected a text, found ${JSON.stringify(value)}`);
}

export function schemas(document: JsonObject): JsonObject {
  return object(object(document.components).schemas);
}

/** Every operation, static paths before parameterised ones, so that a router may take the list as it is. */
export function operations(document: JsonObject): Operation[] {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(object(document.paths))) {
    for (const method of methods) {
      const operation = object(item)[method];
      if (operation) found.push(describe(path, method, object(operation), document));
    }
  }
  return found.sort((a, b) => parameters(a.path) - parameters(b.path));
}

/** Follows a local reference. */
export function resolve(node: Json | undefined, document: JsonObject): JsonObject {
  let at = object(node);
  while (typeof at.$ref === 'string') {
    const keys = at.$ref.slice(2).split('/');
    at = object(keys.reduce<Json | undefined>((value, key) => object(value)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document));
  }
  return at;
}

export function schemaName(schema: Json | undefined, where: string): string {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(text(object(schema).$ref ?? ''))?.[1];
  if (name === undefined) throw new Error(`${where}: the payload has to be a $ref to a named schema`);
  return name;
}

function queryDefaults(operation: JsonObject, document: JsonObject): JsonObject {
  const defaults: JsonObject = {};
  for (const reference of list(operation.parameters)) {
    const parameter = resolve(reference, document);
    const value = resolve(parameter.schema, document).default;
    if (parameter.in === 'query' && value !== undefined) defaults[text(parameter.name)] = value;
  }
  return defaults;
}

function parameters(path: string): number {
  return path.split('{').length - 1;
}

function describe(path: string, method: string, operation: JsonObject, document: JsonObject): Operation {
  const id = text(operation.operationId);
  const [mediaType, body] = Object.entries(object(object(operation.requestBody).content))[0] ?? [null, null];
  return {
    id,
    method,
    path,
    tag: text(list(operation.tags)[0]),
    security: security(list(operation.security ?? document.security)),
    statuses: Object.keys(object(operation.responses)).map(Number),
    requestMediaType: mediaType,
    requestSchema: body === null ? null : schemaName(object(body).schema, id),
    defaults: queryDefaults(operation, document),
    basis: typeof operation['x-basis'] === 'string' ? operation['x-basis'] : 'documented',
    role: role(operation),
  };
}

function role(operation: JsonObject): Operation['role'] {
  const required = object(operation['x-required-role']).role;
  if (required === 'admin' || required === 'creative' || required === 'user') return required;
  return list(operation.security).length === 0 ? 'anyone' : 'user';
}

function security(requirements: Json[]): Operation['security'] {
  if (requirements.length === 0) return 'none';
  return requirements.some((requirement) => Object.keys(object(requirement)).length === 0) ? 'optional' : 'required';
}
