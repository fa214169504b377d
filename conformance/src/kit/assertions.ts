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
  that(holds: boolean, rule: string, actual?: unknown): asserts holds {
    this.#decide(holds, rule, undefined, actual);
  }

  equal<Value>(actual: unknown, expected: Value, rule: string): asserts actual is Value {
    this.#decide(isDeepStrictEqual(actual, expected), rule, expected, actual);
  }

  oneOf<Value>(actual: unknown, expected: readonly Value[], rule: string): asserts actual is Value {
    this.#decide(expected.some((value) => isDeepStrictEqual(actual, value)), rule, { oneOf: expected }, actual);
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
