// Owns one correction of express-openapi-validator 5.6: it compiles the schema of OpenAPI documents for every validator, even when it is
// told not to validate documents. With a validator for each operation that is 0.1 s at the first call of each.
import { createRequire } from 'node:module';

interface Internals {
  OpenAPISchemaValidator: new () => { validate(): { errors: readonly unknown[] } };
}

const internals = createRequire(import.meta.url)('express-openapi-validator/dist/framework/openapi.schema.validator.js') as Internals;

/** The contract is linted when it is built, and its schemas are compiled at the start of the agent. */
class NothingToValidate {
  validate(): { errors: readonly unknown[] } {
    return { errors: [] };
  }
}

/** Before the first validator is made. */
export function skipMetaSchema(): void {
  internals.OpenAPISchemaValidator = NothingToValidate;
}
