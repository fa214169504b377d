// Owns walking a schema along a value: how well founded a rule is, and which properties no schema names.
import { dereference, type Json, type JsonObject, levelOfBasis, objectOf, weaker } from './contract.ts';
import type { Level } from '../result.ts';

const combinators = ['allOf', 'anyOf', 'oneOf'] as const;

/** Every schema that applies at the same place: the schema, what it refers to, and the branches it combines. */
export function applicable(document: JsonObject, schema: JsonObject): JsonObject[] {
  const target = typeof schema.$ref === 'string' ? dereference(document, schema) : undefined;
  const branches = [
    ...(target === undefined ? [] : [target]),
    ...combinators.flatMap((name) => ((schema[name] ?? []) as Json[]).map(objectOf)),
  ];
  return [schema, ...branches.flatMap((branch) => applicable(document, branch))];
}

/** The schemas one step further in, for a property or an index. */
export function descend(document: JsonObject, schemas: readonly JsonObject[], step: string, isArray: boolean): JsonObject[] {
  const next = schemas.flatMap((schema) => {
    if (isArray) return schema.items === undefined ? [] : [objectOf(schema.items)];
    const named = objectOf(schema.properties)[step];
    if (named !== undefined) return [objectOf(named)];
    return typeof schema.additionalProperties === 'object' ? [objectOf(schema.additionalProperties)] : [];
  });
  return next.flatMap((schema) => applicable(document, schema));
}

const weakest = (level: Level, schemas: readonly JsonObject[]): Level =>
  schemas.reduce((at, schema) => weaker(at, levelOfBasis(schema['x-basis'])), level);

/** The level of a rule at `instancePath`: a rule is as well founded as the weakest schema on the way to it. */
export function levelAlong(document: JsonObject, root: JsonObject, instancePath: string, value: unknown): Level {
  let schemas = applicable(document, root);
  let level = weakest('MUST', schemas);
  let at = value;
  for (const step of instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    schemas = descend(document, schemas, step, Array.isArray(at));
    level = weakest(level, schemas);
    at = (at as Record<string, unknown> | undefined)?.[step];
  }
  return level;
}

/** Paths of properties that occur in the value and in no schema; items of an array count as one place. */
export function undocumentedFields(document: JsonObject, root: JsonObject, value: unknown): string[] {
  const found = new Set<string>();
  const visit = (schemas: readonly JsonObject[], at: unknown, path: string): void => {
    if (Array.isArray(at)) {
      for (const item of at) visit(descend(document, schemas, '0', true), item, `${path}[]`);
    } else if (typeof at === 'object' && at !== null) {
      const open = !schemas.some((schema) => schema.properties !== undefined);
      for (const [name, item] of Object.entries(at)) {
        const inner = descend(document, schemas, name, false);
        const named = inner.length > 0 || schemas.some((schema) => schema.additionalProperties === true);
        if (!named && !open) found.add(`${path}.${name}`);
        else visit(inner, item, `${path}.${name}`);
      }
    }
  };
  visit(applicable(document, root), value, '');
  return [...found].map((path) => path.replace(/^\./, ''));
}
