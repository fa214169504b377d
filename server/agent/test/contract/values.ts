// Owns the values that fit a schema of the contract, as fast-check draws them; ids and addresses come from the surroundings.
import fc from 'fast-check';
import { type Json, type JsonObject, list, object, resolved } from './operations.ts';

/** What there is to name: ids of all sorts, and places that a request may point to. */
export interface Surroundings {
  readonly ids: readonly string[];
  /** Ids of what a field of this name names: a request that names the right things gets further. */
  readonly idsFor: (name: string) => readonly string[];
  /** Addresses on this machine. */
  readonly addresses: readonly string[];
  /** A folder that may be filled and emptied. */
  readonly folder: string;
}

const deepest = 5;

/** Strings that programs stumble over. */
export const oddTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '../../etc/passwd',
  "'; DROP TABLE users; --",
  '%',
  '%00',
  '{{7*7}}',
  '\u{1F4A9}'.repeat(20),
  'ﷺ',
  '\u202Eabc',
  'e\u0301',
  'İ',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e400',
  'x'.repeat(5000),
];

const ordinary = ['Rushes', 'Example Org', 'user@example.com', 'Ünïcödé', '项目', 'CreateDate', 'Name', 'demo-bucket', 'a'];
const words = fc.constantFrom(...ordinary);
const isPlace = /url|address|endpoint|host|server|issuer|domain|authority|redirect|metadata/i;
const isPath = /path|folder|directory|file/i;
const isId = /^id$|Id$|_id$/;

/** Under the folder whatever is drawn: a request may never write elsewhere on this machine. */
const pathIn = (folder: string): fc.Arbitrary<string> =>
  fc.constantFrom('', '/a', '/a b/ü.bin', '/nothing/here', '/file.bin').map((rest) => folder + rest);

/** Undefined for patterns that look ahead, which cannot be made up from; what does not fit is bad input then. */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  return /\(\?<?[=!]/.test(pattern) ? undefined : fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' });
}

function text(name: string, schema: JsonObject, surroundings: Surroundings): fc.Arbitrary<string> {
  const { format, minLength = 0, maxLength = 200 } = schema as { format?: string; minLength?: number; maxLength?: number };
  if (format === 'uuid' || isId.test(name)) return id(name, surroundings);
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'email') return fc.constantFrom('user@example.com', 'new@example.com', 'ü@example.org');
  if (format === 'binary') return fc.string();
  if (isPath.test(name)) return pathIn(surroundings.folder);
  if (isPlace.test(name) || format === 'uri') return fc.oneof(fc.constantFrom(...surroundings.addresses), words);
  if (typeof schema.pattern === 'string') return matching(schema.pattern) ?? words;
  const bounds = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 200)) };
  const fitting = ordinary.filter(({ length }) => length >= minLength && length <= maxLength);
  const any = fc.string({ ...bounds, unit: 'grapheme' });
  return fitting.length === 0 ? any : fc.oneof(fc.constantFrom(...fitting), any);
}

function id(name: string, { ids, idsFor }: Surroundings): fc.Arbitrary<string> {
  const fitting = idsFor(name);
  const any = [
    { weight: 2, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.uuid() },
  ];
  return fc.oneof(...(fitting.length > 0 ? [{ weight: 5, arbitrary: fc.constantFrom(...fitting) }] : []), ...any);
}

function number({ minimum = -1000, maximum = 2 ** 53 - 1, type }: JsonObject): fc.Arbitrary<number> {
  const [min, max] = [Number(minimum), Number(maximum)];
  const small = fc.integer({ min: Math.max(min, -1000), max: Math.min(max, Math.max(min, 0) + 1000) });
  const whole = fc.oneof(
    { weight: 4, arbitrary: small },
    // Made within the bounds: looking for a number in a narrow range by trial takes for ever.
    fc.integer({ min: Math.ceil(min), max: Math.floor(max) }),
    fc.constantFrom(min, max),
  );
  return type === 'number' ? fc.oneof(whole, fc.double({ min, max, noNaN: true })) : whole;
}

/** Values that fit the schema, or nearly: a pattern or a format that is not known here may be missed. */
export function valueOf(name: string, reference: Json | undefined, surroundings: Surroundings, depth = 0): fc.Arbitrary<Json> {
  const schema = merged(resolved(reference));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const alternatives = [...list(schema.oneOf), ...list(schema.anyOf)];
  if (alternatives.length > 0) return fc.oneof(...alternatives.map((each) => valueOf(name, each, surroundings, depth)));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.length > 1) return fc.oneof(...types.map((type) => valueOf(name, { ...schema, type: type ?? null }, surroundings, depth)));
  if (types[0] === 'array') return arrayOf(name, schema, surroundings, depth);
  if (types[0] === 'object' || schema.properties !== undefined) return objectOf(schema, surroundings, depth);
  if (types[0] === 'string') return text(name, schema, surroundings);
  if (types[0] === 'integer' || types[0] === 'number') return number(schema);
  if (types[0] === 'boolean') return fc.boolean();
  return types[0] === 'null' ? fc.constant(null) : fc.constantFrom<Json>(null, 1, 'a', [], {});
}

/** With what `allOf` adds. */
function merged(schema: JsonObject): JsonObject {
  return list(schema.allOf).reduce<JsonObject>((sum, part) => {
    const more = merged(resolved(part));
    return {
      ...more,
      ...sum,
      ...(more.properties !== undefined && { properties: { ...object(more.properties), ...object(sum.properties) } }),
      ...(more.required !== undefined && { required: [...list(more.required), ...list(sum.required)] }),
    };
  }, schema);
}

function arrayOf(
  name: string,
  { items, minItems = 0, maxItems = 4 }: JsonObject,
  surroundings: Surroundings,
  depth: number,
): fc.Arbitrary<Json> {
  const least = Number(minItems);
  return fc.array(valueOf(name.replace(/s$/, ''), items, surroundings, depth + 1), {
    minLength: least,
    maxLength: Math.max(least, Math.min(Number(maxItems), 4)),
  });
}

function objectOf(schema: JsonObject, surroundings: Surroundings, depth: number): fc.Arbitrary<Json> {
  const properties = Object.entries(object(schema.properties));
  const required = list(schema.required).map(String);
  const kept = depth < deepest ? properties : properties.filter(([name]) => required.includes(name));
  const fields = Object.fromEntries(kept.map(([name, field]) => [name, valueOf(name, field, surroundings, depth + 1)]));
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) }) as fc.Arbitrary<Json>;
}

/** A safe stand-in for what the field holds otherwise: of another type, or a text that is odd but leads nowhere. */
export function wrongValueFor(name: string, surroundings: Surroundings): fc.Arbitrary<Json> {
  const odd = isPath.test(name) ? pathIn(surroundings.folder) : fc.constantFrom(...oddTexts);
  const other = fc.constantFrom<Json>(null, true, -1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], { a: { b: { c: 1 } } });
  return fc.oneof(odd, other, fc.constant('x'.repeat(100_000)));
}
