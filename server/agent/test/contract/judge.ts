// Owns holding an answer against the contract: its status, its body, and the error model for everything that is no success.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { Answer } from './client.ts';
import { contract, type JsonObject, type Operation } from './operations.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
addFormatsModule.default(ajv);
for (const format of ['int32', 'int64', 'binary', 'password', 'byte', 'double', 'float']) ajv.addFormat(format, true);
ajv.addSchema(contract, 'contract');
const validators = new Map<JsonObject, ValidateFunction>();

function validatorOf(schema: JsonObject): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/')) as JsonObject);
  validators.set(schema, known);
  return known;
}

/** What is wrong with the answer; nothing when it is as documented. A 500 always is: it stands for a defect. */
export function violations(operation: Operation, answer: Answer): string[] {
  const { status, text, headers } = answer;
  if (status === 500) return ['a 500'];
  const content = operation.responses[status];
  if (content === undefined) return [`the status ${status}, which is not documented: ${text.slice(0, 200)}`];
  const [schema] = Object.values(content);
  if (schema === undefined) return text === '' ? [] : [`a body, where none is documented: ${text.slice(0, 200)}`];
  const found: string[] = [];
  if (headers['content-type']?.startsWith('application/json') !== true) found.push(`the content type ${headers['content-type'] ?? 'none'}`);
  const body = parsed(text);
  if (body === undefined) return [...found, `a body that is no JSON: ${text.slice(0, 200)}`];
  const validate = validatorOf(schema);
  if (validate(body) !== true)
    found.push(...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`));
  if (status >= 400) found.push(...problemViolations(body, answer));
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemViolations(body: unknown, { status, headers }: Answer): string[] {
  const { type, status: repeated, errors } = body as { type?: unknown; status?: unknown; errors?: Record<string, unknown> };
  const found: string[] = [];
  if (typeof type !== 'string' || headers['error-code'] !== type)
    found.push(`error-code ${String(headers['error-code'])}, type ${String(type)}`);
  if (repeated !== status) found.push(`the status ${String(repeated)} in the body of a ${status}`);
  if (Object.keys(errors ?? {}).join() !== type) found.push(`errors for ${Object.keys(errors ?? {}).join()}`);
  return found;
}

/** The application error code, empty for a success. */
export const codeOf = ({ headers }: Answer): string => (typeof headers['error-code'] === 'string' ? headers['error-code'] : '');
