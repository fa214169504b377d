// Owns reading the body that asks for a push, strictly: every field, and nothing that is not understood.

import { isBucketName } from '../bucket-store.ts';
import { HttpError } from '../http-error.ts';
import { checkKey } from '../key-path.ts';
import type { PushRequest, PushSource } from './push.ts';

const MIB = 1024 * 1024;
export const MIN_CHUNK_BYTES = 64 * 1024;
export const MAX_CHUNK_BYTES = 1024 * MIB;
const DEFAULT_CHUNK_BYTES = 64 * MIB;
const MAX_TEXT = 4096;

type Fields = Record<string, unknown>;

const invalid = (message: string): HttpError => new HttpError('InvalidRequest', message);

export function parsePushRequest(body: Fields): PushRequest {
  const source = fieldsOf(body, 'source');
  const target = fieldsOf(body, 'target');
  const turn = body['turn'] == null ? null : fieldsOf(body, 'turn');
  return {
    source: placeOf(source, 'source'),
    sourceETag: source['eTag'] == null ? undefined : text(source, 'source.eTag', 'eTag').replaceAll('"', ''),
    target: {
      ...placeOf(target, 'target'),
      url: targetUrl(text(target, 'target.url', 'url')),
      accessKey: optional(target, 'target.accessKey', 'accessKey'),
      secretKey: optional(target, 'target.secretKey', 'secretKey'),
    },
    overwrite: flag(body, 'overwrite'),
    chunkBytes: chunkBytes(body['chunkBytes']),
    turn: turn && { username: optional(turn, 'turn.username', 'username'), credential: text(turn, 'turn.credential', 'credential') },
  };
}

/** http or https, without credentials, query and fragment; the address behind the name is checked when it is dialled. */
export function targetUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw invalid('target.url is an http or https URL.');
  if (url.username !== '' || url.password !== '') throw invalid('target.url holds no credentials: they go into accessKey and secretKey.');
  if (url.search !== '' || url.hash !== '') throw invalid('target.url has neither query nor fragment.');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function placeOf(fields: Fields, name: string): PushSource {
  const bucket = text(fields, `${name}.bucket`, 'bucket');
  const key = text(fields, `${name}.key`, 'key');
  if (!isBucketName(bucket)) throw invalid(`${name}.bucket is not a bucket name.`);
  checkKey(key);
  if (/\p{Surrogate}/u.test(key)) throw invalid(`${name}.key is not well-formed Unicode.`);
  return { bucket, key };
}

function chunkBytes(value: unknown): number {
  if (value == null) return DEFAULT_CHUNK_BYTES;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < MIN_CHUNK_BYTES || value > MAX_CHUNK_BYTES)
    throw invalid(`chunkBytes is an integer from ${MIN_CHUNK_BYTES} to ${MAX_CHUNK_BYTES}.`);
  return value;
}

function fieldsOf(body: Fields, name: string): Fields {
  const value = body[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} is a JSON object.`);
  return value as Fields;
}

function text(fields: Fields, name: string, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT)
    throw invalid(`${name} is a text of 1 to ${MAX_TEXT} characters.`);
  return value;
}

const optional = (fields: Fields, name: string, field: string): string =>
  fields[field] == null || fields[field] === '' ? '' : text(fields, name, field);

function flag(fields: Fields, field: string): boolean {
  const value = fields[field] ?? false;
  if (typeof value !== 'boolean') throw invalid(`${field} is true or false.`);
  return value;
}
