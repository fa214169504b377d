// Owns reading the answers of the typed client: the body of a success, the documented parts of a refusal.
import { expect } from 'vitest';

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The body of a success; throws with the problem of anything else. */
export async function bodyOf<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined || data === null) throw new Error(`answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

/** Status, code and message of a refusal, once its header and its body agree; a success fails the test. */
export async function refusalOf(call: Promise<Answer<unknown>>): Promise<Refusal> {
  const { error, response } = await call;
  expect(response.ok, `answered ${response.status}`).toBe(false);
  const { type, status, errors } = error as { type: string; status: number; errors: Record<string, string[]> };
  expect([status, response.headers.get('error-code'), Object.keys(errors)]).toEqual([response.status, type, [type]]);
  const [message = ''] = errors[type] ?? [];
  expect(message).not.toBe('');
  return { status, code: type, message };
}
