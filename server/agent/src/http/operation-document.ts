// Owns cutting one operation out of the contract, with just the components that it refers to.
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface OperationPlace {
  readonly path: string;
  readonly method: string;
  /** True to leave the form's parts out: `form.ts` reads them, straight to disk, after the validator. */
  readonly form: boolean;
}

/** A document that a validator can take, whatever it does to it: nothing is shared with `contract`. */
export function operationDocument(contract: object, { path, method, form }: OperationPlace): object {
  const source = contract as JsonObject;
  const operation = structuredClone(child(child(child(source, 'paths'), path), method));
  if (form) delete (operation as { requestBody?: unknown }).requestBody;
  const { parameters = [] } = operation as { parameters?: Json[] };
  (operation as JsonObject).parameters = parameters.map((parameter) => plainParameter(parameter, source));
  const components: JsonObject = { securitySchemes: structuredClone(child(child(source, 'components'), 'securitySchemes')) };
  collect(operation, source, components);
  return { openapi: source.openapi, info: { title: path, version: '0' }, paths: { [path]: { [method]: operation } }, components };
}

const child = (node: Json, key: string): Json => (node as JsonObject)[key] ?? null;

/**
 * Without references, which are slow to look up for each request, and with reserved characters allowed: clients send
 * `username=jane@example.com` as it is, and the validator would refuse the `@`.
 */
function plainParameter(parameter: Json, source: JsonObject): JsonObject {
  const plain = structuredClone(resolved(parameter, source));
  plain.schema = structuredClone(resolved(plain.schema ?? {}, source));
  if (plain.in === 'query') plain.allowReserved = true;
  return plain;
}

function resolved(node: Json, source: JsonObject): JsonObject {
  const reference = (node as JsonObject).$ref;
  if (typeof reference !== 'string') return node as JsonObject;
  const [, , kind = '', name = ''] = reference.split('/');
  return resolved(child(child(child(source, 'components'), kind), name), source);
}

/** Follows `#/components/<kind>/<name>` references until nothing new turns up. */
function collect(node: Json, source: JsonObject, components: JsonObject): void {
  if (typeof node !== 'object' || node === null) return;
  const reference = Array.isArray(node) ? undefined : node.$ref;
  if (typeof reference === 'string') {
    const [, , kind = '', name = ''] = reference.split('/');
    const section = (components[kind] ??= {}) as JsonObject;
    if (name in section) return;
    section[name] = structuredClone(child(child(child(source, 'components'), kind), name));
    collect(section[name] ?? null, source, components);
  }
  for (const value of Object.values(node)) collect(value, source, components);
}
