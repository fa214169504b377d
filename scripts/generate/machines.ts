// Owns the state machines that `x-transitions` on a status schema describes.
import type { Json, JsonObject } from './bundle.ts';
import { list, object, schemas, text } from './documents.ts';

/** Emits every `x-transitions` table as constants, after proving that it only names states of its own enum, each of which can be reached. */
export function machinesModule(document: JsonObject): string {
  const tables: string[] = [];
  for (const [name, schema] of Object.entries(schemas(document))) {
    const transitions = object(schema)['x-transitions'];
    if (transitions === undefined) continue;
    prove(name, object(transitions), object(schema));
    tables.push(`  ${name}: ${JSON.stringify(transitions, null, 2).replaceAll('\n', '\n  ')},`);
  }
  return [
    '/** state -> event -> next state, for every status schema that carries `x-transitions`. A state without events is terminal. */',
    'export const machines = {',
    ...tables,
    '} as const;',
    '',
  ].join('\n');
}

/** The states of flags are called by the names of their members, and only those that an event leads to need an entry. */
function prove(name: string, transitions: JsonObject, schema: JsonObject): void {
  const flags = schema['x-flags'] !== undefined;
  const states: Json[] = list(flags ? schema['x-enum-varnames'] : schema.enum);
  const reached = Object.values(transitions).flatMap((events) => Object.values(object(events)));
  const missing = (flags ? states.filter((state) => reached.includes(state)) : states).map(text).filter((state) => !(state in transitions));
  if (missing.length > 0) throw new Error(`${name}: x-transitions says nothing of ${missing.join(', ')}`);
  for (const [state, events] of Object.entries(transitions)) {
    if (!states.includes(state)) throw new Error(`${name}: x-transitions names the unknown state ${state}`);
    for (const [event, target] of Object.entries(object(events))) {
      if (!states.includes(target)) throw new Error(`${name}: ${state} + ${event} leads to the unknown state ${JSON.stringify(target)}`);
    }
  }
  const first = Object.keys(transitions).filter((state) => !reached.includes(state));
  if (first.length > 1)
    throw new Error(`${name}: of ${first.join(', ')} only one can be the first state, and no event leads to the others`);
}
