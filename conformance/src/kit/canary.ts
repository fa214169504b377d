// Owns the proof, before each run, that the validator rejects what it should: a validator that lets things pass makes every green worthless.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { type Contract, type JsonObject, objectOf, textOf } from './contract.ts';
import { KitFault } from './faults.ts';
import { newAjv, type SchemaValidator } from './schema-validator.ts';

interface Canary {
  readonly schema: object;
  readonly good: unknown;
  readonly bad: unknown;
}

/** For each keyword that constrains a value: a schema with a value that fits and one that does not. */
const canaries: Readonly<Record<string, Canary>> = {
  $ref: { schema: { $defs: { text: { type: 'string' } }, $ref: '#/$defs/text' }, good: 'a', bad: 1 },
  type: { schema: { type: 'integer' }, good: 1, bad: '1' },
  enum: { schema: { enum: [1, 2] }, good: 1, bad: 3 },
  const: { schema: { const: true }, good: true, bad: false },
  required: { schema: { type: 'object', required: ['a'], properties: { a: {} } }, good: { a: 1 }, bad: {} },
  properties: { schema: { type: 'object', properties: { a: { type: 'string' } } }, good: { a: 'x' }, bad: { a: 1 } },
  additionalProperties: { schema: { type: 'object', additionalProperties: { type: 'string' } }, good: { a: 'x' }, bad: { a: 1 } },
  propertyNames: { schema: { type: 'object', propertyNames: { enum: ['A'] } }, good: { A: 1 }, bad: { B: 1 } },
  minProperties: { schema: { type: 'object', minProperties: 1 }, good: { a: 1 }, bad: {} },
  maxProperties: { schema: { type: 'object', maxProperties: 1 }, good: { a: 1 }, bad: { a: 1, b: 2 } },
  items: { schema: { type: 'array', items: { type: 'string' } }, good: ['x'], bad: [1] },
  minItems: { schema: { type: 'array', minItems: 1 }, good: [1], bad: [] },
  maxItems: { schema: { type: 'array', maxItems: 1 }, good: [1], bad: [1, 2] },
  uniqueItems: { schema: { type: 'array', uniqueItems: true }, good: [1, 2], bad: [1, 1] },
  minimum: { schema: { type: 'integer', minimum: 1 }, good: 1, bad: 0 },
  maximum: { schema: { type: 'integer', maximum: 1 }, good: 1, bad: 2 },
  exclusiveMinimum: { schema: { type: 'number', exclusiveMinimum: 1 }, good: 2, bad: 1 },
  exclusiveMaximum: { schema: { type: 'number', exclusiveMaximum: 1 }, good: 0, bad: 1 },
  minLength: { schema: { type: 'string', minLength: 1 }, good: 'a', bad: '' },
  maxLength: { schema: { type: 'string', maxLength: 1 }, good: 'a', bad: 'ab' },
  pattern: { schema: { type: 'string', pattern: '^a' }, good: 'a', bad: 'b' },
  allOf: { schema: { allOf: [{ type: 'string' }] }, good: 'a', bad: 1 },
  anyOf: { schema: { anyOf: [{ type: 'string' }, { type: 'integer' }] }, good: 1, bad: true },
  oneOf: { schema: { oneOf: [{ type: 'string' }, { type: 'integer' }] }, good: 1, bad: true },
  not: { schema: { not: { type: 'string' } }, good: 1, bad: 'a' },
};

const formatCanaries: Readonly<Record<string, readonly [good: unknown, bad: unknown]>> = {
  uuid: ['7f1c7f0e-5d0b-4c39-9a55-3f0f4d0f7a11', 'not-a-uuid'],
  'date-time': ['2026-01-01T00:00:00Z', '2026-01-01 00:00'],
  date: ['2026-01-01', '2026-13-40'],
  email: ['a@example.com', 'a'],
  uri: ['https://example.com/a', 'not a uri'],
  int32: [1, 3_000_000_000],
  int64: [1, 1.5],
};

/** Keywords that only describe, and formats that say how to show a value. */
const annotations = new Set(['description', 'title', 'default', 'example', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'format']);
/** Every number of JSON is a double: `type` is what constrains it. */
const annotationFormats = new Set(['password', 'binary', 'byte', 'float', 'double']);
const schemaMaps = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const schemaSingles = ['items', 'additionalProperties', 'propertyNames', 'not', 'contains', 'if', 'then', 'else', 'unevaluatedProperties'];

export interface Vocabulary {
  readonly keywords: ReadonlySet<string>;
  readonly formats: ReadonlySet<string>;
}

/** The keywords and formats that the given schemas use. */
export function vocabularyOf(schemas: readonly JsonObject[]): Vocabulary {
  const [keywords, formats] = [new Set<string>(), new Set<string>()];
  const visit = (schema: JsonObject): void => {
    for (const [keyword, value] of Object.entries(schema)) {
      keywords.add(keyword);
      if (keyword === 'format') formats.add(textOf(value));
      if (schemaMaps.includes(keyword)) Object.values(objectOf(value)).forEach((inner) => visit(objectOf(inner)));
      if (schemaLists.includes(keyword) && Array.isArray(value)) value.forEach((inner) => visit(objectOf(inner)));
      if (schemaSingles.includes(keyword)) visit(objectOf(value));
    }
  };
  schemas.forEach(visit);
  return { keywords, formats };
}

export interface NamedCanary extends Canary {
  readonly name: string;
}

/** One canary for each keyword and format of a vocabulary that constrains a value; a kit fault where there is none. */
export function canariesFor({ keywords, formats }: Vocabulary): NamedCanary[] {
  const ofKeywords = [...keywords].filter((keyword) => !annotations.has(keyword) && !keyword.startsWith('x-'));
  const ofFormats = [...formats].filter((format) => !annotationFormats.has(format));
  return [
    ...ofKeywords.map((keyword): NamedCanary => {
      const canary = canaries[keyword];
      if (canary === undefined) throw new KitFault(`The contract uses the keyword ${keyword}, for which the kit has no canary.`);
      return { name: `the keyword ${keyword}`, ...canary };
    }),
    ...ofFormats.map((format): NamedCanary => {
      const [good, bad] = formatCanaries[format] ?? [];
      if (good === undefined) throw new KitFault(`The contract uses the format ${format}, for which the kit has no canary.`);
      return { name: `the format ${format}`, schema: { format }, good, bad };
    }),
  ];
}

/** Throws a kit fault unless every keyword in use rejects its known-bad value, and every response schema rejects something. */
export function proveValidator(
  contract: Contract,
  validator: SchemaValidator,
  compile: (schema: object) => ValidateFunction = (schema) => newAjv().compile(schema),
): void {
  const vocabulary = vocabularyOf([...schemasOf(contract.http), ...schemasOf(contract.channelDocument), ...bodiesOf(contract)]);
  for (const { name, schema, good, bad } of canariesFor(vocabulary)) prove(compile(schema), good, bad, name);
  const strangers = [null, 'canary', -1.5, [], {}];
  for (const schema of bodiesOf(contract)) {
    const validate = validator.compile('http', schema);
    if (strangers.every((stranger) => validate(stranger)))
      throw new KitFault(`A response schema accepts any value: ${JSON.stringify(schema)}`);
  }
}

function prove(validate: ValidateFunction, good: unknown, bad: unknown, what: string): void {
  if (!validate(good)) throw new KitFault(`The validator rejects a good value for ${what}.`);
  if (validate(bad)) throw new KitFault(`The validator accepts a bad value for ${what}.`);
}

export const schemasOf = (document: JsonObject): JsonObject[] =>
  Object.values(objectOf(objectOf(document.components).schemas)).map(objectOf);

const bodiesOf = (contract: Contract): JsonObject[] =>
  [...contract.operations.values()].flatMap(({ responses }) =>
    Object.values(responses).flatMap(({ content }) => Object.values(content).map((media) => objectOf(media.schema))),
  );
