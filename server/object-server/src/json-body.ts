// Owns reading a small JSON object from a request.

import { declaredLength, type Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';

export const MAX_JSON_BYTES = 64 * 1024;

export async function readJson(exchange: Exchange): Promise<Record<string, unknown>> {
  const tooLarge = (): HttpError => new HttpError('TooLarge', `A JSON body has at most ${MAX_JSON_BYTES} bytes.`);
  if ((declaredLength(exchange) ?? 0) > MAX_JSON_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.body()) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError('InvalidRequest', 'The body has to be JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError('InvalidRequest', 'The body has to be a JSON object.');
  return value as Record<string, unknown>;
}
