// Owns letters between the transaction that they announce and their delivery: stored with it, tried again until they are out or late.
import { randomUUID } from 'node:crypto';
import { Failure, refusal } from '../account/failure.ts';
import type { SecretBox } from '../account/secret-box.ts';
import type { MailQueueStore } from '../store/mail-queue-store.ts';
import { emailAddress } from './address.ts';
import type { Mail, Mailer } from './mailer.ts';

export interface MailQueueDependencies {
  readonly store: MailQueueStore;
  readonly mailer: Mailer;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  /** Told of every attempt that failed and of letters that are given up. */
  readonly onFailure: (problem: unknown) => void;
  readonly maxLetters?: number;
}

const waitsMs = [5_000, 30_000, 120_000, 600_000, 1_800_000] as const;
const longestTimerMs = 3_600_000;
const closingMs = 1_000;
const troubleMs = 30_000;
const place = (id: string): string => `mail_queue/${id}/letter`;

export class MailQueue {
  readonly #parts: Required<MailQueueDependencies>;
  #state: 'idle' | 'running' | 'closing' | 'closed' = 'idle';
  #timer: NodeJS.Timeout | undefined;
  #delivery: Promise<void> | undefined;
  /** Letters that are out and could not be struck off, because the disk was full for instance. */
  readonly #out = new Set<string>();

  constructor({ maxLetters = 10_000, ...parts }: MailQueueDependencies) {
    this.#parts = { maxLetters, ...parts };
  }

  /** Part of the transaction that it is called in; sent once that is done, and not at all when it is undone. */
  enqueue(mail: Mail, expiresAt: number): void {
    const { store, secretBox, now, maxLetters } = this.#parts;
    emailAddress(mail.to);
    const id = randomUUID();
    const letter = secretBox.seal(JSON.stringify(mail), place(id));
    if (!store.insert({ id, letter, nextAttemptAt: now(), expiresAt }, maxLetters))
      throw refusal('DEFAULT', 'Too many mails wait to be sent. Try again later.');
    this.#wake(0);
  }

  /** Sends what an earlier run has left, and from now on whatever comes. */
  start(): void {
    this.#state = 'running';
    this.#wake(0);
  }

  /** What is not out yet stays for the next start; a letter in flight may go out twice. */
  async close(): Promise<void> {
    this.#state = 'closing';
    clearTimeout(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closingMs);
    });
    await Promise.race([this.#delivery, late]);
    clearTimeout(timer);
    this.#state = 'closed';
  }

  #wake(inMs: number): void {
    if (this.#state !== 'running') return;
    clearTimeout(this.#timer);
    // A timer even for at once: it fires after the transaction, which is synchronous.
    this.#timer = setTimeout(
      () => {
        this.#delivery ??= this.#deliverAll();
      },
      Math.min(Math.max(inMs, 0), longestTimerMs),
    ).unref();
  }

  /** Never rejects: whatever goes wrong is told, and tried again with the next letter. */
  async #deliverAll(): Promise<void> {
    let next: number | undefined;
    try {
      await this.deliver();
      next = this.#state === 'running' ? this.#parts.store.nextAttemptAt() : undefined;
    } catch (error) {
      this.#parts.onFailure(error);
      next = this.#parts.now() + troubleMs;
    }
    this.#delivery = undefined;
    if (next !== undefined) this.#wake(next - this.#parts.now());
  }

  /** One after the other, whatever is due now. */
  async deliver(): Promise<void> {
    const { store, now, onFailure } = this.#parts;
    const late = store.purge(now());
    if (late > 0) onFailure(new Error(`${late} letters were not delivered in time and are given up.`));
    for (let due = store.due(now()); due !== undefined; due = store.due(now())) {
      const outcome = await this.#send(due.id, due.letter);
      // The database is closed as well then.
      if (this.#state === 'closed') return;
      if (outcome === 'out') this.#strikeOff(due.id);
      else store.postpone(due.id, now() + (waitsMs[Math.min(due.attempts, waitsMs.length - 1)] ?? 0));
      if (this.#state === 'closing') return;
    }
  }

  #strikeOff(id: string): void {
    this.#out.add(id);
    this.#parts.store.remove(id);
    this.#out.delete(id);
  }

  async #send(id: string, letter: string): Promise<'out' | 'postponed'> {
    const { mailer, secretBox, onFailure } = this.#parts;
    if (this.#out.has(id)) return 'out';
    try {
      await mailer.send(JSON.parse(secretBox.open(letter, place(id))) as Mail);
      return 'out';
    } catch (error) {
      onFailure(error);
      return error instanceof Failure && error.code === 'INVALID_EMAIL' ? 'out' : 'postponed';
    }
  }
}
