// Owns the places of a request that name something by its id, and what kind of thing each of them names.
import { type Json, type JsonObject, list, object, type Operation, operations, resolved } from './operations.ts';

/** Kind (the name of its schema) -> ids, in the order in which they were seen. */
export type Ids = Map<string, string[]>;

/** What stands in for the id at a place; undefined leaves the example. */
export type Fill = (kind: string | undefined, name: string) => string | undefined;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isName = (name: string): boolean => /^ids?$|Ids?$/.test(name) || /^Ids?$/.test(name);
const bare = (name: string): string => name.replaceAll(/[^a-zA-Z]/g, '').toLowerCase();

/** Schemas of answers that have an id: what there is in an account. */
const kinds = new Map<string, string>();
for (const operation of operations) for (const schema of successesOf(operation)) visitKinds(schema, new Set());

function visitKinds(reference: Json | undefined, seen: Set<string>): void {
  const name = refName(reference);
  if (name !== undefined && seen.has(name)) return;
  if (name !== undefined) seen.add(name);
  const schema = resolved(reference);
  const properties = object(schema.properties);
  if (name !== undefined && ('id' in properties || 'Id' in properties)) kinds.set(bare(name), name);
  for (const part of [...Object.values(properties), schema.items, ...list(schema.oneOf), ...list(schema.anyOf), ...list(schema.allOf)])
    if (part !== undefined) visitKinds(part, seen);
}

function refName(reference: Json | undefined): string | undefined {
  const { $ref } = object(reference);
  return typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
}

export function successesOf({ responses }: Operation): JsonObject[] {
  return Object.entries(responses).flatMap(([status, content]) => (Number(status) < 300 ? Object.values(content) : []));
}

/** `userGroupId` names a UserGroup; a bare `id` names what the operation is about: the longest kind in its own name. */
export function kindOf(operation: Operation, name: string): string | undefined {
  const word = bare(name).replace(/ids?$/, '');
  const exact = kinds.get(word);
  if (exact !== undefined) return exact;
  const about = bare(word === '' ? operation.id : word);
  const [longest] = [...kinds.keys()].filter((kind) => about.includes(kind)).sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : kinds.get(longest);
}

export interface ExampleRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** How many places name something. */
  readonly slots: number;
}

/** The example of the contract, with ids of one's own choice. */
export function exampleRequest(operation: Operation, fill: Fill): ExampleRequest {
  let slots = 0;
  const at = (name: string): string | undefined => {
    slots += 1;
    return fill(kindOf(operation, name), name);
  };
  const parametersIn = (place: 'path' | 'query'): Record<string, string> =>
    Object.fromEntries(
      operation.parameters
        .filter((parameter) => parameter.in === place && (parameter.required || isName(parameter.name)))
        .map(({ name, example }) => {
          const text = typeof example === 'string' ? example : JSON.stringify(example);
          return [name, (isName(name) ? at(name) : undefined) ?? text];
        }),
    );
  const body = operation.bodySchema === undefined ? undefined : filled(operation.bodyExample, '', at);
  return { path: parametersIn('path'), query: parametersIn('query'), body, slots };
}

function filled(value: Json, name: string, at: (name: string) => string | undefined): Json {
  if (Array.isArray(value)) return value.map((item) => filled(item, name, at));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, key, at)]));
  return typeof value === 'string' && (isName(name) || uuid.test(value)) && uuid.test(value) ? (at(name) ?? value) : value;
}

/** Adds the ids that an answer holds, by kind. */
export function harvest(operation: Operation, body: unknown, into: Ids): void {
  for (const schema of successesOf(operation)) visit(schema, body as Json, into);
}

function visit(reference: Json | undefined, value: Json | undefined, into: Ids): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = resolved(reference);
  if (Array.isArray(value)) return value.forEach((item) => visit(schema.items, item, into));
  const kind = kinds.get(bare(refName(reference) ?? ''));
  const id = value.id ?? value.Id;
  if (kind !== undefined && typeof id === 'string') add(into, kind, id);
  for (const [name, field] of Object.entries(object(schema.properties))) visit(field, value[name], into);
  for (const part of [...list(schema.oneOf), ...list(schema.anyOf), ...list(schema.allOf)]) visit(part, value, into);
}

function add(into: Ids, kind: string, id: string): void {
  const known = into.get(kind) ?? [];
  if (!known.includes(id)) into.set(kind, [...known, id]);
}
