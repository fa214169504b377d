// Owns a published copy until it is verified: a step of its own that can be paused and gone on with, and leaves nothing unverified when it is given up.
import type { Target } from './endpoint.ts';
import { Fenced, isKind } from './errors.ts';
import type { Decided, ItemRow, Proof, PublishedCopy } from './ledger.ts';
import type { Frozen, Move, MoveContext, MoveTools } from './move.ts';
import { verifyCopy } from './verify-copy.ts';

export const decidedOf = ({ size, identity, chunkSize, ifAbsent }: Frozen, { targetKey }: Pick<ItemRow, 'targetKey'>): Decided => ({
  size,
  identity,
  chunkSize,
  targetKey,
  ifAbsent,
});

export class Verification {
  readonly #move: Move;
  readonly #tools: MoveTools;
  #copy: PublishedCopy | undefined;
  /** The ledger has it. */
  #noted: boolean;

  constructor(move: Move, tools: MoveTools) {
    this.#move = move;
    this.#tools = tools;
    this.#copy = move.item.published ?? undefined;
    this.#noted = this.#copy !== undefined;
  }

  /** Whether a copy is visible that is still to be verified. */
  get due(): boolean {
    return this.#copy !== undefined;
  }

  /** The ledger still tells of a copy that was wrong and is gone. */
  get outdated(): boolean {
    return this.#noted && !this.due;
  }

  /** The ledger was told. */
  forget(): void {
    if (this.outdated) this.#noted = false;
  }

  published(proof: Proof): void {
    this.#copy = { proof, identity: '' };
    this.#noted = false;
  }

  /** Resolves when the copy is verified and recorded. */
  async finish(context: MoveContext): Promise<void> {
    const { run, ended } = this.#move;
    const { frozen, move } = context;
    const copy = this.#copy;
    if (copy === undefined) return;
    try {
      run.soft.throwIfAborted();
      if (this.#tools.policies.verifies(run.row.plan)) {
        await verifyCopy(context, copy, { seen: (identity) => this.#seen(context, identity), removed: () => this.#removed() });
        await ended({ state: 'done', size: frozen.size, proof: 'sha256', targetKey: move.item.targetKey });
      } else await ended({ state: 'done', size: frozen.size, proof: copy.proof, targetKey: move.item.targetKey });
    } catch (error) {
      this.#keep(context);
      throw error;
    }
  }

  #removed(): void {
    const { run, item } = this.#move;
    this.#copy = undefined;
    // Of the session that has made it: the next one begins anew.
    if (!this.#tools.ledger.dropChunks(run.owner, item.n)) throw new Fenced();
  }

  /** A large copy takes long to read: a crash must not cost its transfer. A small one is noted only when somebody interrupts. */
  #seen(context: MoveContext, identity: string): void {
    if (this.#copy !== undefined) this.#copy = { ...this.#copy, identity };
    if (context.frozen.size > context.frozen.chunkSize) this.#note(context);
  }

  /** For the resume, or for the clean-up when there will be none. */
  #keep(context: MoveContext): void {
    const { ledger, report } = this.#tools;
    const { run, item } = context.move;
    try {
      if (this.#copy === undefined || this.#note(context)) return;
      ledger.keepUnverified(run.row.id, item.n, decidedOf(context.frozen, item), this.#copy);
    } catch (error) {
      report(error);
    }
  }

  #note(context: MoveContext): boolean {
    const { ledger, progress } = this.#tools;
    const { run, item } = context.move;
    if (this.#noted || this.#copy === undefined) return this.#noted;
    const counters = ledger.publishItem(run.owner, item.n, decidedOf(context.frozen, item), this.#copy);
    if (counters === undefined) return false;
    this.#noted = true;
    progress.advance(run.row, counters);
    return true;
  }
}

/** Removes a copy that nobody will verify any more; what somebody has put in its place since is not ours. */
export async function removeUnverified(target: Target, { size, published }: ItemRow, signal: AbortSignal): Promise<void> {
  if (published === null) return;
  const found = await target.copy.stat(signal).catch((error: unknown) => {
    if (isKind(error, 'missing') || isKind(error, 'invalid')) return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (published.identity === '' ? found.size === size : found.identity === published.identity) await target.remove(signal);
}
