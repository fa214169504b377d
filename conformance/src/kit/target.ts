// Owns what the kit is told about its target, and whether the target answers at all.
import { NoAnswer } from './faults.ts';
import type { HttpClient } from './http-client.ts';

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
  readonly spawned: boolean;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A target elsewhere cannot reach the object servers that the kit starts on this machine. */
export const isLocal = ({ url }: Pick<Target, 'url'>): boolean => loopback.has(new URL(url).hostname);

/** Why the target does not answer, or undefined when it does, whatever it says. */
export async function unreachable(target: Target, http: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    await http.send({
      method: 'GET',
      url: new URL('/management/agent_status', target.url).href,
      headers: { 'x-conformance-case': 'probe' },
      signal,
    });
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return `${target.url} does not answer: ${error.message}`;
    throw error;
  }
}
