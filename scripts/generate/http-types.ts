// Owns the TypeScript types of the HTTP contract and of the channel frames, by openapi-typescript.
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { JsonObject } from './bundle.ts';
import { schemas } from './documents.ts';

export async function httpTypes(document: JsonObject): Promise<string> {
  return astToString(await openapiTS(document as unknown as OpenAPI3, { defaultNonNullable: false }));
}

/** The schemas as a server sees them: properties with a default are always there, because the guard has filled them in. */
export async function filledTypes(document: JsonObject): Promise<string> {
  return componentsOnly(document, 'filledComponents', true);
}

/** The schemas of the AsyncAPI document: payloads of the frames. */
export async function frameTypes(channels: JsonObject): Promise<string> {
  return componentsOnly(channels, 'frameComponents', false);
}

async function componentsOnly(document: JsonObject, name: string, defaultNonNullable: boolean): Promise<string> {
  const wrapped = { openapi: '3.1.0', info: { title: name, version: '0' }, paths: {}, components: { schemas: schemas(document) } };
  const text = astToString(await openapiTS(wrapped as unknown as OpenAPI3, { defaultNonNullable }));
  const start = text.indexOf('export interface components');
  const end = text.indexOf('export type $defs');
  return text.slice(start, end).replace('export interface components', `export interface ${name}`).replaceAll('components["', `${name}["`);
}
