// Owns holding the kit's own requests against the contract: a request that is wrong by mistake must not be blamed on the target.
import type { Call } from './call.ts';
import type { Operation } from './contract.ts';
import { KitFault } from './faults.ts';
import type { SchemaValidator } from './schema-validator.ts';

export function checkRequest(operation: Operation, call: Call, validator: SchemaValidator): void {
  const wrong = [...wrongParameters(operation, call, validator), ...wrongBody(operation, call, validator)];
  if (wrong.length > 0) throw new KitFault(`The kit's own request to ${operation.id} breaks the contract: ${wrong.join(', ')}.`);
}

function wrongParameters({ parameters }: Operation, { path = {}, query = {} }: Call, validator: SchemaValidator): string[] {
  const wrong = Object.keys(query).filter((name) => !parameters.some((parameter) => parameter.in === 'query' && parameter.name === name));
  for (const { name, in: place, required, schema } of parameters) {
    const value = place === 'path' ? path[name] : query[name];
    const fits = value === undefined ? !required : validator.compile('http', schema)(value);
    if (!fits) wrong.push(name);
  }
  return wrong;
}

function wrongBody({ requestMediaType, requestSchema }: Operation, { body, form }: Call, validator: SchemaValidator): string[] {
  if (requestMediaType === 'multipart/form-data') return form === undefined ? ['the form is missing'] : [];
  if (requestMediaType !== 'application/json') return [];
  const validate = validator.compile('http', requestSchema ?? {});
  return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `body${instancePath} ${message ?? ''}`);
}
