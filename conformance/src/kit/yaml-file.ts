// Owns reading a YAML file that a user wrote: every complaint names the file, the line and the field, and never a value.
import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject, type SchemaObject } from 'ajv/dist/2020.js';
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { messageOf, UsageError } from './faults.ts';

export interface YamlFile<Content> {
  readonly content: Content;
  /** `profile.yaml:7`, for complaints about what a schema cannot see. */
  readonly at: (...path: readonly (string | number)[]) => string;
}

const ajv = new Ajv2020({ allErrors: false, allowUnionTypes: true, verbose: true });
/** A file of a user is small; anything larger is the wrong file. */
const mostCharacters = 1_000_000;

export async function readYaml<Content>(path: string, what: string, schema: SchemaObject): Promise<YamlFile<Content>> {
  const text = await readText(path, what);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) throw new UsageError(`${path}:${lines.linePos(broken.pos[0]).line}: not YAML: ${broken.message}`);
  const content: unknown = document.toJS();
  const at = (...steps: readonly (string | number)[]): string => `${path}:${lineOf(document, lines, steps)}`;
  const validate = ajv.compile(schema);
  const error = validate(content) ? undefined : validate.errors?.[0];
  if (error !== undefined) {
    const steps = stepsOf(error);
    throw new UsageError(`${at(...steps)}: ${complaint(error, steps, what)}`);
  }
  return { content: content as Content, at };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > mostCharacters) throw new Error(`it has more than ${mostCharacters} characters`);
    return text;
  } catch (error) {
    throw new UsageError(`the ${what} ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function stepsOf({ instancePath, keyword, params }: ErrorObject): (string | number)[] {
  const steps = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return keyword === 'additionalProperties' ? [...steps, String(params.additionalProperty)] : steps;
}

/** The schema may say in `description` how to put a field right. */
function complaint({ keyword, params, message, parentSchema }: ErrorObject, steps: readonly (string | number)[], what: string): string {
  const field = steps.length === 0 ? `the ${what}` : `\`${steps.join('.')}\``;
  const hint = typeof parentSchema?.description === 'string' ? `: ${parentSchema.description}` : '';
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema?.properties ?? {}) as object);
    return `${field} is no field of a ${what} here; the fields are ${known.join(', ')}${hint}`;
  }
  if (keyword === 'required') return `${field} lacks \`${String(params.missingProperty)}\`${hint}`;
  if (keyword === 'enum') return `${field} is one of ${(params.allowedValues as unknown[]).join(', ')}`;
  if (keyword === 'type') return `${field} has to be ${String(params.type)}${hint}`;
  return `${field} ${hint === '' ? (message ?? 'is wrong') : hint.slice(2)}`;
}

/** The line of the key that the path leads to, or of the nearest thing above it. */
function lineOf(document: Document.Parsed, lines: LineCounter, steps: readonly (string | number)[]): number {
  const parent = steps.length === 0 ? document.contents : document.getIn(steps.slice(0, -1), true);
  const last = steps.at(-1);
  const key = isMap(parent)
    ? parent.items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(last))?.key
    : undefined;
  const node = [key, document.getIn(steps, true), parent, document.contents].find(hasRange);
  return node === undefined ? 1 : lines.linePos(node.range[0]).line;
}

const hasRange = (node: unknown): node is { range: [number, number, number] } =>
  typeof node === 'object' && node !== null && Array.isArray((node as { range?: unknown }).range);
