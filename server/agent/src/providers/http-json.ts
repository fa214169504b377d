// Owns reading the object server's JSON answers, of which nothing is believed that has another shape.
import { discard, header, readText, type HttpClient, type Tolerated } from './http-client.ts';
import { networkError } from './http-errors.ts';
import { ProviderError } from './provider.ts';

const NO_LISTING = 'this server offers no listing: it is not a Click object server';

/** Rejects with `invalid` for every answer but 200 with a JSON object; for failures that are not in `tolerated`, as `send` does. */
export async function readJson(
  client: HttpClient,
  url: URL,
  signal: AbortSignal,
  tolerated: Tolerated = [405, 501],
): Promise<Record<string, unknown>> {
  const response = await client.send({ method: 'GET', url, headers: { accept: 'application/json' } }, signal, tolerated);
  if (response.statusCode !== 200 || !/^application\/json\b/.test(header(response, 'content-type') ?? '')) {
    await discard(response);
    throw new ProviderError('invalid', NO_LISTING);
  }
  const content = await readText(response, client.limits.jsonBytes).catch((error: unknown) => {
    throw networkError('reading a listing', error, signal);
  });
  try {
    return record(JSON.parse(content));
  } catch (error) {
    throw new ProviderError('invalid', NO_LISTING, { cause: error });
  }
}

export function records(value: unknown): Record<string, unknown>[] {
  return array(value).map(record);
}

export function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : refuse();
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : refuse();
}

export function count(value: unknown): number {
  return typeof value === 'number' ? value : refuse();
}

export function date(value: unknown): Date {
  const parsed = new Date(text(value));
  return Number.isNaN(parsed.getTime()) ? refuse() : parsed;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : refuse();
}

function refuse(): never {
  throw new ProviderError('invalid', NO_LISTING);
}
