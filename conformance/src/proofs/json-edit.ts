// Owns changing one place of a JSON value, as a fault describes it.
import type { Json } from '../kit/contract.ts';
import type { JsonEdit } from './fault.ts';

export interface EditTools {
  /** How often the fault has come to bear before. */
  readonly times: number;
  readonly secrets: Readonly<Partial<Record<'accessKey' | 'secretKey', string>>>;
}

/** The changed value; undefined when there is no such place, so that a fault without effect is seen. */
export function edited(value: Json, edit: JsonEdit, tools: EditTools): { readonly value: Json } | undefined {
  const root: { value: Json } = { value: structuredClone(value) };
  const steps = ['value', ...edit.path.split(/[.[\]]+/).filter((step) => step !== '')];
  const last = steps.pop() ?? 'value';
  const holder = steps.reduce<unknown>((at, step) => (isHolder(at) ? at[step] : undefined), root);
  if (!isHolder(holder)) return undefined;
  if (edit.edit === 'drop') {
    if (!(last in holder)) return undefined;
    delete holder[last];
    return root;
  }
  const next = changed(holder[last], edit, tools);
  if (next === undefined) return undefined;
  holder[last] = next;
  return root;
}

const isHolder = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null;

function changed(value: Json | undefined, edit: Exclude<JsonEdit, { edit: 'drop' }>, { times, secrets }: EditTools): Json | undefined {
  switch (edit.edit) {
    case 'set':
      return edit.value;
    case 'retype':
      return value === undefined ? undefined : retyped(value);
    case 'append':
      return joined(value, edit.text);
    case 'leak':
      return joined(value, secrets[edit.secret]);
    case 'increase':
      return sum(value, edit.by);
    case 'grow':
      return sum(value, times + 1);
    case 'reverse':
    case 'skip-first':
    case 'repeat-first':
    case 'empty':
      return Array.isArray(value) ? rearranged(value, edit.edit) : undefined;
  }
}

const joined = (value: Json | undefined, text: string | undefined): Json | undefined =>
  typeof value === 'string' && text !== undefined ? value + text : undefined;

const sum = (value: Json | undefined, by: number): Json | undefined => (typeof value === 'number' ? value + by : undefined);

function retyped(value: Json): Json {
  if (Array.isArray(value)) return {};
  if (typeof value === 'object') return 'an object once';
  return typeof value === 'string' ? 12345 : String(value);
}

function rearranged(items: readonly Json[], how: 'reverse' | 'skip-first' | 'repeat-first' | 'empty'): Json[] | undefined {
  const [first] = items;
  if (how === 'empty') return [];
  if (first === undefined || (how === 'reverse' && items.length < 2)) return undefined;
  if (how === 'reverse') return items.toReversed();
  return how === 'skip-first' ? items.slice(1) : [first, ...items];
}
