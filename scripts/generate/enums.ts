// Owns the named constants of the integer enumerations (`x-enum-varnames`), so that code never repeats a documented number.
import type { JsonObject } from './bundle.ts';
import { list, object, schemas, text } from './documents.ts';

export function enumsModule(...documents: readonly JsonObject[]): string {
  const tables = new Map<string, string>();
  for (const document of documents) {
    for (const [name, schema] of Object.entries(schemas(document))) {
      const names = list(object(schema)['x-enum-varnames']);
      const values = list(object(schema).enum ?? object(schema)['x-flags']);
      if (names.length === 0 || names.length !== values.length) continue;
      const rows = names.map((member, index) => `  ${text(member)}: ${JSON.stringify(values[index])},`);
      tables.set(name, [`export const ${name} = {`, ...rows, '} as const;', ''].join('\n'));
    }
  }
  return [...tables.values()].join('\n');
}
