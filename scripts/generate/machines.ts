// Owns the state machines that `x-transitions` on a status schema describes.
import type { Json, JsonObject } from './bundle.ts';
import { list, object, schemas, text } from './documents.ts';

/** Emits every `x-transitions` table as constants, after proving that it only names states of its own enum. */
export function machinesModule(document: JsonObject): string {
  const tables: string[] = [];
  for (const [name, schema] of Object.entries(schemas(document))) {
    const transitions = object(schema)['x-transitions'];
    if (transitions === undefined) continue;
    prove(name, object(transitions), list(object(schema).enum));
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

function prove(name: string, transitions: JsonObject, states: Json[]): void {
  const missing = states.map(text).filter((state) => !(state in transitions));
  if (missing.length > 0) throw new Error(`${name}: x-transitions says nothing of ${missing.join(', ')}`);
  for (const [state, events] of Object.entries(transitions)) {
    if (!states.includes(state)) throw new Error(`${name}: x-transitions names the unknown state ${state}`);
    for (const [event, target] of Object.entries(object(events))) {
      if (!states.includes(target)) throw new Error(`${name}: ${state} + ${event} leads to the unknown state ${JSON.stringify(target)}`);
    }
  }
}
