// Owns what the kit is told about its target, and whether the target answers at all.
import { deadline } from './deadline.ts';
import { NoAnswer } from './faults.ts';
import type { Fixtures } from './fixtures/index.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** User type as the documentation numbers it; left out of the login when undefined. */
  readonly type?: number;
  readonly totpSecret?: string;
}

export interface Target {
  readonly url: string;
  readonly credentials?: Credentials;
  /** A user with a second factor, for the checks that need one. */
  readonly mfaCredentials?: Credentials;
  /** A user of the same account who is no administrator. */
  readonly memberCredentials?: Credentials;
  /** An administrator of another account, whose things must stay invisible. */
  readonly strangerCredentials?: Credentials;
  readonly spawned: boolean;
  /** Servers of the kit that a spawned agent was told about at its start. */
  readonly fixtures?: Fixtures;
  /** Operations that the target has declared; undefined when it has declared nothing. */
  readonly offered?: readonly string[];
  /** Cloud types that the target has a provider for; undefined when it has not said. */
  readonly clouds?: readonly number[];
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The target in a sentence. */
export const placeOf = ({ url, spawned }: Target): string => (spawned ? 'a fresh reference agent' : url);

/** A target elsewhere cannot reach the object servers that the kit starts on this machine. */
export const isLocal = ({ url }: Pick<Target, 'url'>): boolean => loopback.has(new URL(url).hostname);

const doubtMs = 2000;

/** What makes the target look like something else than an agent, if it answers at all. */
export async function doubtAbout(target: Target, http: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  // Only a hint: whoever answers slowly is judged by the checks.
  const patience = deadline(doubtMs, signal);
  const answer = await probe(target, http, patience.signal)
    .catch((error: unknown) => {
      if (error instanceof NoAnswer || patience.signal.aborted) return undefined;
      throw error;
    })
    .finally(patience.clear);
  const type = (answer?.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
  if (answer === undefined || (answer.status === 200 && /[/+]json$/.test(type))) return undefined;
  const what = `${answer.status}${type === '' ? '' : ` ${type}`}`;
  return `${target.url} answers ${what} where an agent tells its state as JSON; is this the agent, and no proxy before it?`;
}

/** Why the target does not answer, or undefined when it does, whatever it says. */
export async function unreachable(target: Target, http: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    await probe(target, http, signal);
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return `${target.url} does not answer: ${error.message}`;
    throw error;
  }
}

const probe = (target: Target, http: HttpClient, signal: AbortSignal): Promise<HttpAnswer> =>
  http.send({
    method: 'GET',
    url: new URL('/management/agent_status', target.url).href,
    headers: { 'x-conformance-case': 'probe' },
    signal,
  });
