// Owns undoing what a check or a run has set up: in reverse order, whatever fails on the way.
import { messageOf } from './faults.ts';

interface Step {
  readonly what: string;
  readonly undo: () => Promise<unknown>;
}

/** What a step gets once the time of the whole is used up: enough for what lies on this machine. */
const leastStepMs = 500;

export class Cleanup {
  readonly #steps: Step[] = [];
  readonly #stepMs: number;
  readonly #totalMs: number;

  constructor({ stepMs = 10_000, totalMs = 30_000 } = {}) {
    this.#stepMs = stepMs;
    this.#totalMs = totalMs;
  }

  /** `what` names the thing that would be left behind. */
  add(what: string, undo: () => Promise<unknown>): void {
    this.#steps.push({ what, undo });
  }

  /** What could not be undone, each with its reason. */
  async run(): Promise<string[]> {
    const errors: string[] = [];
    const end = performance.now() + this.#totalMs;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await withDeadline(step.undo(), Math.min(this.#stepMs, Math.max(Math.round(end - performance.now()), leastStepMs)));
      } catch (error) {
        errors.push(`${step.what}: ${messageOf(error)}`);
      }
    }
    return errors;
  }
}

async function withDeadline(work: Promise<unknown>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
