// Owns moving one item from begin to commit, with retries that go on where the target stands.
import { ProviderError } from '../providers/provider.ts';
import { chunkSizeFor } from './chunk-plan.ts';
import { withDeadline } from './deadline.ts';
import type { Source, SourceStat, Target } from './endpoint.ts';
import { Fenced, LocalFileError } from './errors.ts';
import { decide } from './existing.ts';
import { endpointName, sourceOf, targetName, targetOf } from './item-endpoints.ts';
import type { ItemRow, Proof } from './ledger.ts';
import type { Attempt, Caller, Frozen, Move, MoveContext, MoveTools } from './move.ts';
import { obstaclesOf } from './obstacles.ts';
import { isCloud } from './plan.ts';
import { withRetries } from './retry.ts';
import type { Run } from './run.ts';
import { type ItemProgress, moveSession } from './session-mover.ts';
import { verifyCopy } from './verify-copy.ts';
import { moveWhole } from './whole-mover.ts';

export class ItemMover {
  readonly #tools: MoveTools;
  readonly #move: Move;
  readonly #progress: ItemProgress;
  /** What the listing said of a small object, which spares a first look. */
  #listed: SourceStat | undefined;
  #item: ItemRow;
  /** The version that the ledger has. */
  #begun: string | undefined;
  #frozen: Frozen | undefined;

  constructor(move: Move, tools: MoveTools) {
    this.#move = move;
    this.#tools = tools;
    this.#item = move.item;
    const { size, bytes, identity, chunkSize, session, targetKey } = move.item;
    this.#progress = { session, furthest: bytes, doubtful: session === '' && chunkSize > 0 };
    const { plan } = move.run.row;
    const compared = plan.allowSkip === true || tools.policies.existsAction(plan) === 'skip-if-same';
    const small = identity !== '' && chunkSize === 0 && size <= tools.settings.chunkBytes && !compared;
    this.#listed = small ? { size, identity } : undefined;
    this.#begun = chunkSize === 0 ? undefined : identity;
    this.#frozen =
      chunkSize === 0
        ? undefined
        : { size, identity, chunkSize, ifAbsent: targetKey !== null && targetKey !== targetName(plan, move.item) };
  }

  /** Resolves when the item is published, or skipped, and recorded. */
  move(): Promise<void> {
    const { run } = this.#move;
    const asked = { run, endpoints: this.#endpoints(), prove: (signal: AbortSignal) => this.#prove(signal) };
    return withRetries(this.#tools.retry, run.soft, () => this.#asListed(), {
      mark: () => this.#progress.furthest,
      obstacles: obstaclesOf(asked, { ...this.#tools, settings: this.#tools.settings.block }),
    });
  }

  /** What a listing says may be a moment old, or worded differently: only a look at the object itself tells that it changed. */
  async #asListed(): Promise<void> {
    try {
      await this.#attempt();
    } catch (error) {
      const untouched = this.#listed !== undefined && this.#progress.furthest === 0;
      const doubtful = untouched && error instanceof ProviderError && error.kind === 'changed';
      this.#listed = undefined;
      if (!doubtful) throw error;
      this.#frozen = undefined;
      await this.#attempt();
    }
  }

  async #attempt(): Promise<void> {
    const { run } = this.#move;
    const { plan } = run.row;
    const source = await sourceOf(plan, this.#item, this.#tools);
    const stat = await this.#statOf(source);
    const frozen = this.#frozen ?? (await this.#decide(stat));
    if (frozen === 'skip') return this.#move.ended({ state: 'skipped' });
    if (stat.size !== frozen.size || stat.identity !== frozen.identity) throw sourceChanged(run);
    const target = await targetOf(plan, run.row.id, this.#item, this.#tools);
    const attempt: Attempt = { source, target, endpoints: this.#endpoints() };
    await this.#transfer(attempt, frozen);
  }

  async #statOf(source: Source): Promise<SourceStat> {
    const { run } = this.#move;
    if (this.#listed !== undefined) return this.#listed;
    return await this.#call('Reading the properties of the source', run.soft, (signal) => source.stat(signal));
  }

  async #decide(stat: SourceStat): Promise<Frozen | 'skip'> {
    const { run, item } = this.#move;
    const { plan, id } = run.row;
    const { chunkBytes } = this.#tools.settings;
    const decision = await decide({
      action: this.#tools.policies.existsAction(plan),
      allowSkip: plan.allowSkip === true,
      name: targetName(plan, item),
      source: stat,
      existing: async (name) => {
        const target = await targetOf(plan, id, { ...item, targetKey: name }, this.#tools);
        return await this.#call('Looking for an object at the target', run.soft, (signal) => target.existing(signal));
      },
    });
    if (decision.do === 'skip') return 'skip';
    this.#item = { ...this.#item, targetKey: decision.targetKey ?? item.targetKey };
    const target = await targetOf(plan, id, this.#item, this.#tools);
    const preferred = plan.chunkBytes ?? chunkBytes;
    this.#frozen = {
      ...stat,
      chunkSize: stat.size <= chunkBytes && target.putWhole !== undefined ? chunkBytes : chunkSizeFor(stat.size, preferred, target.chunks),
      ifAbsent: decision.ifAbsent,
    };
    return this.#frozen;
  }

  async #transfer(attempt: Attempt, frozen: Frozen): Promise<void> {
    const { run } = this.#move;
    const context: MoveContext = {
      attempt,
      frozen,
      move: { ...this.#move, item: this.#item },
      tools: this.#tools,
      call: this.#call,
      publish: (work) => run.commit(async () => this.#publish(context, work)),
    };
    const { copyFrom, putWhole } = attempt.target;
    if (copyFrom !== undefined && this.#progress.session === '' && (await moveByCopy(copyFrom, context))) return;
    if (putWhole !== undefined && frozen.size <= frozen.chunkSize) return await moveWhole(context);
    this.#begin(frozen);
    await moveSession(context, this.#progress);
  }

  async #publish(context: MoveContext, work: () => Promise<Proof>): Promise<void> {
    const published = await work();
    context.move.run.trusted = true;
    const proof = await verifyCopy(context, published);
    await this.#move.ended({ state: 'done', size: context.frozen.size, proof, targetKey: this.#item.targetKey });
  }

  /** In the ledger before anything exists at the target; again when a second look saw another version. */
  #begin({ size, identity, chunkSize }: Frozen): void {
    if (this.#begun === identity) return;
    const { run, item } = this.#move;
    const { targetKey } = this.#item;
    if (!this.#tools.ledger.beginItem(run.owner, item.n, { size, identity, chunkSize, targetKey })) throw new Fenced();
    this.#begun = identity;
  }

  #endpoints(): readonly string[] {
    const { source, target } = this.#move.run.row.plan;
    return [source, target].map(endpointName);
  }

  /** Whether the stores still take the credentials at all. */
  async #prove(signal: AbortSignal): Promise<void> {
    const { plan } = this.#move.run.row;
    for (const ref of [plan.source, plan.target]) {
      if (!isCloud(ref)) continue;
      const provider = await this.#tools.endpoints.resolve(ref, plan);
      await this.#call('Checking the credentials', signal, (inner) => provider.verify(inner));
    }
  }

  readonly #call: Caller = (what, signal, action, late, ms) => {
    const { callTimeoutMs, abortGraceMs } = this.#tools.settings;
    return withDeadline({ what, signal, ms: ms ?? callTimeoutMs, abortGraceMs }, action, late);
  };
}

/** False when the store cannot copy this one after all, so that its bytes have to pass here. */
async function moveByCopy(
  copyFrom: NonNullable<Target['copyFrom']>,
  { frozen, move, tools, call, publish }: MoveContext,
): Promise<boolean> {
  const { run } = move;
  try {
    await publish(() =>
      call(
        'Copying within the store',
        run.hard,
        (signal) => copyFrom(frozen, frozen, signal),
        undefined,
        tools.settings.writeTimeoutMs,
      ).catch(cannotCopy),
    );
    return true;
  } catch (error) {
    if (error instanceof CannotCopy) return false;
    throw error;
  }
}

class CannotCopy extends Error {}

/** Of the copy itself; that a copy turned out wrong is another matter. */
function cannotCopy(error: unknown): never {
  throw error instanceof ProviderError && error.kind === 'invalid' ? new CannotCopy(error.message, { cause: error }) : error;
}

function sourceChanged(run: Run): Error {
  const { source } = run.row.plan;
  const message = 'The source changed since the transfer started.';
  return source.type === 'file' || source.type === 'folder'
    ? new LocalFileError('changed', message)
    : new ProviderError('changed', message);
}
