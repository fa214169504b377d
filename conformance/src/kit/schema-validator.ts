// Owns holding bodies and frames against the bundles: compiled once, and closed against every keyword it does not know.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { Level } from '../result.ts';
import { type Contract, type Json, type JsonObject, objectOf } from './contract.ts';
import { levelAlong, undocumentedFields } from './schema-walk.ts';

export interface Violation {
  readonly level: Level;
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
}

export interface Judgement {
  readonly violations: readonly Violation[];
  readonly undocumented: readonly string[];
}

/** The package is CommonJS: its default export arrives as a namespace under `nodenext`. */
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

/** Strict: a keyword that the validator would ignore is an error, so that no rule of the contract is skipped in silence. */
export function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
  });
  addFormats(ajv);
  ajv.addVocabulary(['x-basis', 'x-basis-note', 'x-flags', 'x-enum-varnames', 'x-enum-descriptions', 'x-transitions', 'example']);
  return ajv;
}

export type DocumentName = 'http' | 'channels';

export class SchemaValidator {
  readonly #documents: Record<DocumentName, JsonObject>;
  readonly #ajv = newAjv();
  readonly #compiled = new Map<JsonObject, ValidateFunction>();

  constructor(contract: Pick<Contract, 'http' | 'channelDocument'>) {
    this.#documents = { http: contract.http, channels: contract.channelDocument };
    for (const [name, document] of Object.entries(this.#documents)) {
      this.#ajv.addSchema({
        $id: idOf(name as DocumentName),
        $defs: rebase(objectOf(document.components).schemas ?? {}, name as DocumentName),
      });
    }
  }

  /** `media` carries the schema and, where the body itself is not documented, a basis of its own. */
  judge(name: DocumentName, media: JsonObject, value: unknown): Judgement {
    const schema = objectOf(media.schema);
    const document = this.#documents[name];
    const root: JsonObject = { ...(media['x-basis'] !== undefined && { 'x-basis': media['x-basis'] }), allOf: [schema] };
    const validate = this.compile(name, schema);
    const errors = validate(value) ? [] : (validate.errors ?? []);
    return {
      violations: grouped(errors.filter(isLeaf)).map((error) => violationOf(error, levelAlong(document, root, error.instancePath, value))),
      undocumented: undocumentedFields(document, root, value),
    };
  }

  compile(name: DocumentName, schema: JsonObject): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known;
    const validate = this.#ajv.compile(rebase(schema, name) as object);
    this.#compiled.set(schema, validate);
    return validate;
  }

  document(name: DocumentName): JsonObject {
    return this.#documents[name];
  }
}

const idOf = (name: DocumentName): string => `https://contract.invalid/${name}`;

/** A bundle as a whole is no schema: its references are made absolute, into a document of definitions only. */
function rebase(value: Json, name: DocumentName): Json {
  if (Array.isArray(value)) return value.map((item) => rebase(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] =>
    key === '$ref' && typeof item === 'string'
      ? [key, item.replace('#/components/schemas/', `${idOf(name)}#/$defs/`)]
      : [key, rebase(item, name)],
  );
  return Object.fromEntries(entries);
}

/** Combinators repeat what their branches say. */
const isLeaf = ({ keyword }: ErrorObject): boolean => keyword !== 'allOf' && keyword !== 'if';

/** Properties that are missing in one place are one finding. */
function grouped(errors: readonly ErrorObject[]): ErrorObject[] {
  const missing = (error: ErrorObject): string => (error.params as { missingProperty: string }).missingProperty;
  const first = new Map<string, ErrorObject>();
  for (const error of errors) {
    const key = error.keyword === 'required' ? `required ${error.instancePath}` : `${first.size}`;
    const known = first.get(key);
    const names =
      known === undefined ? `must have ${error.keyword === 'required' ? missing(error) : ''}` : `${known.message}, ${missing(error)}`;
    first.set(key, error.keyword === 'required' ? { ...error, message: names } : error);
  }
  return [...first.values()];
}

function violationOf(error: ErrorObject, level: Level): Violation {
  const rule: unknown = error.schema;
  return {
    level,
    path: error.instancePath === '' ? 'the body' : error.instancePath.slice(1).replaceAll('/', '.'),
    message: error.message ?? error.keyword,
    expected: `${error.keyword}: ${shortJson(rule)}`,
    actual: shortJson(error.data),
  };
}

export function shortJson(value: unknown, limit = 300): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
