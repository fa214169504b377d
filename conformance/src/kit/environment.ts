// Owns what all checks of one run share: the contract, the wire, the target, and how long things may take.
import { randomBytes } from 'node:crypto';
import { Cleanup } from './cleanup.ts';
import type { Contract } from './contract.ts';
import { defaultHttpLimits, HttpClient } from './http-client.ts';
import { Redactor } from './redaction.ts';
import type { SchemaValidator } from './schema-validator.ts';
import type { Target } from './target.ts';
import { OneTimeCodes } from './totp.ts';

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

export interface EnvironmentOptions {
  readonly contract: Contract;
  readonly validator: SchemaValidator;
  readonly target: Target;
  /** The longest that one check may take; everything inside it takes at most as long. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export function newEnvironment({ contract, validator, target, timeoutMs, signal }: EnvironmentOptions): Environment {
  const redactor = new Redactor();
  for (const credentials of [target.credentials, target.mfaCredentials, target.memberCredentials, target.strangerCredentials])
    redactor.add(credentials?.password, credentials?.totpSecret);
  return {
    contract,
    validator,
    target,
    redactor,
    signal,
    http: new HttpClient({ ...defaultHttpLimits, requestTimeoutMs: Math.min(defaultHttpLimits.requestTimeoutMs, timeoutMs) }),
    deadlines: { checkMs: timeoutMs, frameMs: Math.min(5000, timeoutMs), transferMs: Math.min(20_000, timeoutMs) },
    codes: new OneTimeCodes(),
    prefix: `ckit-${randomBytes(4).toString('hex')}`,
    cleanup: new Cleanup(),
    shared: new Map(),
  };
}
