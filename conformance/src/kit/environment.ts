// Owns what all checks of one run share: the contract, the wire, the target, and how long things may take.
import type { Cleanup } from './cleanup.ts';
import type { Contract } from './contract.ts';
import type { HttpClient } from './http-client.ts';
import type { Redactor } from './redaction.ts';
import type { SchemaValidator } from './schema-validator.ts';
import type { Target } from './target.ts';
import type { OneTimeCodes } from './totp.ts';

export interface Deadlines {
  /** One check, from its first request to its last. */
  readonly checkMs: number;
  /** A frame that has to follow a call. */
  readonly frameMs: number;
  /** A transfer that has to reach a state. */
  readonly transferMs: number;
}

export interface Environment {
  readonly contract: Contract;
  readonly validator: SchemaValidator;
  readonly http: HttpClient;
  readonly redactor: Redactor;
  readonly target: Target;
  readonly deadlines: Deadlines;
  readonly codes: OneTimeCodes;
  /** Unique to the run; the name of everything that the kit creates at the target begins with it. */
  readonly prefix: string;
  readonly cleanup: Cleanup;
  /** Fixtures that live as long as the run, by name. */
  readonly shared: Map<string, Promise<unknown>>;
  readonly signal: AbortSignal;
}

export const deadlinesFor = (checkMs: number): Deadlines => ({
  checkMs,
  frameMs: Math.min(5000, checkMs),
  transferMs: Math.min(20_000, checkMs),
});
