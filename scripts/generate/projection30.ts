// Owns the OpenAPI 3.0 projection, for tools that do not read 3.1 (Dredd, some code generators).
import { Converter } from '@apiture/openapi-down-convert';
import type { JsonObject } from './bundle.ts';

export function projectTo30(document: JsonObject): JsonObject {
  const copy = structuredClone(document);
  // Neither exists in 3.0.
  delete copy.jsonSchemaDialect;
  delete (copy.info as JsonObject).summary;
  return new Converter(copy, { allOfTransform: false }).convert() as JsonObject;
}
