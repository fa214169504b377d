// Owns failing early: the validator compiles a schema at its first use, so a bad pattern would only show at that request.
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Document {
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** Compiles every schema of the contract; throws with the name of one that does not compile. */
export function compileSchemas(document: object): void {
  // Formats and keywords of OpenAPI are the validator's business; here every schema only has to make sense.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  ajv.addSchema(document, 'contract');
  for (const name of Object.keys((document as Document).components?.schemas ?? {})) {
    try {
      ajv.compile({ $ref: `contract#/components/schemas/${name}` });
    } catch (error) {
      throw new Error(`The schema ${name} of the contract does not compile: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}
