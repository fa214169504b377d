// Owns undoing what a check or a run has set up: in reverse order, whatever fails on the way.
import { messageOf } from './faults.ts';

interface Step {
  readonly what: string;
  readonly undo: () => Promise<unknown>;
}

export class Cleanup {
  readonly #steps: Step[] = [];
  readonly #deadlineMs: number;

  constructor(deadlineMs = 10_000) {
    this.#deadlineMs = deadlineMs;
  }

  /** `what` names the thing that would be left behind. */
  add(what: string, undo: () => Promise<unknown>): void {
    this.#steps.push({ what, undo });
  }

  /** What could not be undone, each with its reason. */
  async run(): Promise<string[]> {
    const errors: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await withDeadline(step.undo(), this.#deadlineMs);
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
