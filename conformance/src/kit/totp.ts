// Owns one-time codes for a second factor: each code is used once, because an agent may refuse it the second time.
import { setTimeout as wait } from 'node:timers/promises';
import { createGuardrails, generate } from 'otplib';

const stepMs = 30_000;
// Secrets of ten bytes are common among authenticator apps; the library's own floor is sixteen.
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

export class OneTimeCodes {
  readonly #usedSteps = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Waits for the next time step when the code of the present one was used already. */
  async next(secret: string, signal: AbortSignal): Promise<string> {
    const used = this.#usedSteps.get(secret);
    let step = Math.floor(this.#now() / stepMs);
    if (used !== undefined && step <= used) {
      await wait((used + 1) * stepMs - this.#now(), undefined, { signal });
      step = used + 1;
    }
    this.#usedSteps.set(secret, step);
    return await generate({ secret, epoch: Math.floor((step * stepMs) / 1000), guardrails });
  }
}

/** A code is shown for this long at least after it was made. */
const marginMs = 3_000;

/**
 * Two codes of a fresh secret that are good one after the other, without waiting: of the time step before and of this one, or, shortly
 * before the end of a step, of this one and the next. For agents that take codes one step away, as the reference agent does.
 */
export async function twoCodes(secret: string, now: () => number = Date.now): Promise<readonly [string, string]> {
  const step = Math.floor((now() + marginMs) / stepMs);
  const codeOf = (at: number): Promise<string> => generate({ secret, epoch: (at * stepMs) / 1000, guardrails });
  return [await codeOf(step - 1), await codeOf(step)];
}
