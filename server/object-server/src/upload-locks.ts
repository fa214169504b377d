// Who is writing to which upload: one writer at a time, whose end others can wait for or bring about.

import { HttpError } from './http-error.ts';

export interface Writer {
  /** Aborted when the upload is being removed under the writer. */
  readonly signal: AbortSignal;
  /** Called when the writer has stopped receiving and only has to secure what it got. */
  closing(): void;
}

interface Held {
  controller: AbortController;
  closing: boolean;
  done: Promise<void>;
}

export class UploadLocks {
  readonly #held = new Map<string, Held>();

  isHeld(id: string): boolean {
    return this.#held.has(id);
  }

  /** 423 while another writer is receiving; a writer whose connection dropped is waited for, it is about to finish. */
  async run<T>(id: string, task: (writer: Writer) => Promise<T>): Promise<T> {
    await this.settled(id);
    if (this.#held.has(id)) throw new HttpError('UploadLocked', 'Another request is writing to this upload.');
    const controller = new AbortController();
    let release: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held: Held = { controller, closing: false, done };
    this.#held.set(id, held);
    try {
      return await task({
        signal: controller.signal,
        closing: () => {
          held.closing = true;
        },
      });
    } finally {
      this.#held.delete(id);
      release();
    }
  }

  /** Waits for writers that are already closing, so that the offset read next is the final one. */
  async settled(id: string): Promise<void> {
    for (let held = this.#held.get(id); held?.closing === true; held = this.#held.get(id)) await held.done;
  }

  /** Stops the writer, if any, and then runs the task alone. */
  async takeOver<T>(id: string, task: () => Promise<T>): Promise<T> {
    for (let held = this.#held.get(id); held !== undefined; held = this.#held.get(id)) {
      held.controller.abort(new HttpError('NoSuchUpload', 'The upload was terminated.'));
      await held.done;
    }
    return await this.run(id, task);
  }
}
