// Owns assertions: each one is evidence, and each one that does not hold is recorded with what was expected and what was there.
import { isDeepStrictEqual } from 'node:util';
import type { Level } from '../result.ts';
import { CheckFailed } from './faults.ts';
import type { Recorder } from './recorder.ts';
import { shortJson } from './schema-validator.ts';

export class Assertions {
  readonly #recorder: Recorder;
  readonly #level: Level;
  readonly #ends: boolean;

  /** With `ends` a failed assertion ends the check; without, it is recorded and the check goes on. */
  constructor(recorder: Recorder, level: Level, ends: boolean) {
    this.#recorder = recorder;
    this.#level = level;
    this.#ends = ends;
  }

  /** `rule` is a sentence that says what has to be so. */
  that(holds: boolean, rule: string, actual?: unknown): void {
    this.#decide(holds, rule, undefined, actual);
  }

  equal(actual: unknown, expected: unknown, rule: string): void {
    this.#decide(isDeepStrictEqual(actual, expected), rule, expected, actual);
  }

  oneOf(actual: unknown, expected: readonly unknown[], rule: string): void {
    this.#decide(
      expected.some((value) => isDeepStrictEqual(actual, value)),
      rule,
      { oneOf: expected },
      actual,
    );
  }

  /** The value, once it is known to be there; this one always ends the check, because there is nothing to go on with. */
  present<Value>(value: Value, rule: string): NonNullable<Value> {
    this.#decide(value !== undefined && value !== null, rule, 'a value', value);
    if (value === undefined || value === null) throw new CheckFailed(rule);
    return value;
  }

  fail(rule: string, expected?: unknown, actual?: unknown): never {
    this.#decide(false, rule, expected, actual);
    throw new CheckFailed(rule);
  }

  #decide(holds: boolean, rule: string, expected: unknown, actual: unknown): void {
    this.#recorder.evidence += 1;
    if (holds) return;
    this.#recorder.fail({
      level: this.#level,
      message: rule,
      ...(expected !== undefined && { expected: shortJson(expected) }),
      ...(actual !== undefined && { actual: shortJson(actual) }),
    });
    if (this.#ends) throw new CheckFailed(rule);
  }
}
