// Owns the requests that fast-check draws for an operation: as the contract wants them, and wrong in every way that it names.
import fc from 'fast-check';
import type { SentRequest } from './client.ts';
import { type Json, type JsonObject, object, type Operation } from './operations.ts';
import { oddTexts, type Surroundings, valueOf, wrongValueFor } from './values.ts';

export type Who = 'administrator' | 'user' | 'stranger' | 'nobody' | 'ended' | 'random';

/** `who` is turned into a token when the request is sent, so that a failing request can be read and played again. */
export interface DrawnRequest extends Omit<SentRequest, 'token'> {
  readonly who: Who;
}

const known: readonly Who[] = ['administrator', 'administrator', 'administrator', 'administrator', 'user', 'stranger'];
const unknown: readonly Who[] = ['nobody', 'ended', 'random'];
/** Node refuses longer request lines by itself, before the agent sees them. */
const longestParameter = 1000;

export function requestOf(operation: Operation, surroundings: Surroundings): fc.Arbitrary<DrawnRequest> {
  const who = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fc.constantFrom(...unknown) });
  return fc.record({
    who,
    path: parametersOf(operation, 'path', surroundings),
    query: parametersOf(operation, 'query', surroundings),
    body: bodyOf(operation, surroundings),
  });
}

function parametersOf(
  { parameters }: Operation,
  place: 'path' | 'query',
  surroundings: Surroundings,
): fc.Arbitrary<Record<string, string>> {
  const fields = parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, required, schema }) => {
      const fitting = valueOf(name, schema, surroundings).map(asText);
      const odd = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'grapheme' })).map(asText);
      const value = fc.oneof({ weight: 5, arbitrary: fitting }, { weight: 1, arbitrary: odd });
      // An empty step of a path would make another path of it.
      const sent = place === 'path' ? value.map((text) => (/^\.*$/.test(text) ? 'x' : text)) : value;
      return [name, fc.option(sent, { nil: undefined, freq: required ? 12 : 2 }), place === 'path' ? sent : undefined] as const;
    });
  const record = Object.fromEntries(fields.map(([name, optional, always]) => [name, always ?? optional]));
  return fc
    .record(record)
    .map((values) => Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)));
}

/** Lone surrogates cannot be put into an address. */
const asText = (value: Json): string => wellFormed((typeof value === 'string' ? value : JSON.stringify(value)).slice(0, longestParameter));
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

function bodyOf(operation: Operation, surroundings: Surroundings): fc.Arbitrary<SentRequest['body']> {
  const { mediaType, bodySchema } = operation;
  if (bodySchema === undefined)
    return fc.option(fc.constant({ type: 'application/json', text: '{"unasked":true}' }), { nil: undefined, freq: 9 });
  const value = valueOf('', bodySchema, surroundings);
  if (mediaType === 'multipart/form-data') return fc.oneof(value.map(form), broken);
  const fitting = fc.oneof({ weight: 2, arbitrary: fc.constant(operation.bodyExample) }, { weight: 5, arbitrary: value });
  return fc.oneof(
    { weight: 5, arbitrary: fitting.map(json) },
    { weight: 5, arbitrary: fitting.chain((body) => spoilt(body, surroundings)).map(json) },
    broken,
  );
}

const json = (value: Json): { type: string; text: string } => ({ type: 'application/json', text: JSON.stringify(value) });

/** Bodies that are no JSON, or not said to be. */
const broken: fc.Arbitrary<SentRequest['body']> = fc.constantFrom(
  undefined,
  { type: 'application/json', text: '' },
  { type: 'application/json', text: '{"a":' },
  { type: 'application/json', text: 'null' },
  { type: 'application/json', text: '"text"' },
  { type: 'application/json', text: '[]' },
  { type: 'application/json', text: '[[[[[[[[[[[[]]]]]]]]]]]]' },
  { type: 'application/json', text: '{"__proto__":{"admin":true}}' },
  { type: 'application/json; charset=utf-7', text: '{}' },
  { type: 'text/plain', text: '{}' },
  { type: 'application/xml', text: '<a/>' },
  { type: 'application/x-www-form-urlencoded', text: 'a=b' },
  { type: 'multipart/form-data; boundary=x', text: '--x\r\n\r\n' },
  { type: 'multipart/form-data', text: 'no boundary' },
  { type: 'nonsense', text: '\0' },
);

/** One thing is wrong with the body, at any depth: a field is missing, has another type, or holds an odd text. */
function spoilt(body: Json, surroundings: Surroundings): fc.Arbitrary<Json> {
  const places = placesIn(body);
  if (places.length === 0) return wrongValueFor('', surroundings);
  return fc.constantFrom(...places).chain((place) => {
    const name = place.findLast((key) => typeof key === 'string') ?? '';
    return fc.option(wrongValueFor(String(name), surroundings), { nil: undefined, freq: 4 }).map((value) => changed(body, place, value));
  });
}

type Place = readonly (string | number)[];

function placesIn(value: Json, at: Place = []): Place[] {
  const children: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(object(value));
  return children.flatMap(([key, child]) => [[...at, key], ...placesIn(child, [...at, key])]);
}

/** A copy; an undefined value leaves the field out. */
function changed(body: Json, [key, ...rest]: Place, value: Json | undefined): Json {
  if (key === undefined) return value ?? null;
  if (Array.isArray(body)) return body.map((item, index) => (index === key ? changed(item, rest, value) : item));
  const copy: JsonObject = { ...object(body) };
  if (rest.length === 0 && value === undefined) delete copy[key];
  else copy[key] = changed(copy[key] ?? null, rest, value);
  return copy;
}

const boundary = 'every-operation';

function form(value: Json): { type: string; text: string } {
  const parts = Object.entries(object(value)).map(([name, field]) => {
    const file = name === 'file' ? `; filename="a.bin"` : '';
    const content = typeof field === 'string' ? field : JSON.stringify(field);
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
  });
  return { type: `multipart/form-data; boundary=${boundary}`, text: `${parts.join('')}--${boundary}--\r\n` };
}
