// Owns holding the kit's own requests against the contract: a request that is wrong by mistake must not be blamed on the target.
import type { Call } from './api.ts';
import type { Operation } from './contract.ts';
import { KitFault } from './faults.ts';
import type { SchemaValidator } from './schema-validator.ts';

export function checkRequest(operation: Operation, { path = {}, query = {}, body, form }: Call, validator: SchemaValidator): void {
  const wrong = (what: string): never => {
    throw new KitFault(`The kit's own request to ${operation.id} breaks the contract: ${what}.`);
  };
  for (const parameter of operation.parameters) {
    const value = parameter.in === 'path' ? path[parameter.name] : query[parameter.name];
    if (value === undefined && parameter.required) wrong(`${parameter.name} is missing`);
    if (value !== undefined && !validator.compile('http', parameter.schema)(value)) wrong(`${parameter.name} is ${JSON.stringify(value)}`);
  }
  for (const name of Object.keys(query)) {
    if (!operation.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name)) wrong(`it has no parameter ${name}`);
  }
  if (operation.requestMediaType === 'multipart/form-data' && form === undefined) wrong('it takes a form');
  if (operation.requestMediaType !== 'application/json') return;
  const validate = validator.compile('http', operation.requestSchema ?? {});
  if (!validate(body)) wrong(`the body ${validate.errors?.map((error) => `${error.instancePath} ${error.message}`).join(', ')}`);
}
