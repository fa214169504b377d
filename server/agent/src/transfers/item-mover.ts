// Owns moving one item from begin to commit, with retries that go on where the target stands.
import { ProviderError } from '../providers/provider.ts';
import { chunkSizeFor } from './chunk-plan.ts';
import { type CopyProgress, moveByCopy } from './copy-mover.ts';
import { withDeadline } from './deadline.ts';
import type { Source, SourceStat } from './endpoint.ts';
import { Fenced, isKind, LocalFileError } from './errors.ts';
import { decide, type Decision } from './existing.ts';
import { endpointName, sourceOf, targetName, targetOf } from './item-endpoints.ts';
import type { ItemRow, Proof } from './ledger.ts';
import type { Caller, Frozen, Move, MoveContext, MoveTools } from './move.ts';
import { obstaclesOf } from './obstacles.ts';
import { ownCopy, type OwnCopy } from './own-copy.ts';
import type { ExistsAction } from './policies.ts';
import { withRetries } from './retry.ts';
import type { Run } from './run.ts';
import { type ItemProgress, moveSession } from './session-mover.ts';
import { storesOf } from './stores.ts';
import { decidedOf, Verification } from './verification.ts';
import { moveWhole } from './whole-mover.ts';

/** So often a name is left to somebody who was faster; then there is more to it than bad luck. */
const mostLost = 10;

export class ItemMover {
  readonly #tools: MoveTools;
  readonly #move: Move;
  readonly #progress: ItemProgress;
  readonly #copied: CopyProgress = { furthest: 0, failures: 0 };
  /** What the listing said of a small object, which spares a first look. */
  #listed: SourceStat | undefined;
  #item: ItemRow;
  /** The version that the ledger has. */
  #begun: string | undefined;
  #frozen: Frozen | undefined;
  /** A copy of ours may be at the target that nobody recorded. */
  #sent: boolean;
  readonly #verification: Verification;
  /** After a death the copy would be skipped as the same, without having been verified. */
  readonly #comparesUnverified: boolean;

  constructor(move: Move, tools: MoveTools) {
    this.#move = move;
    this.#tools = tools;
    this.#item = move.item;
    const { size, bytes, identity, chunkSize, session, targetKey, ifAbsent } = move.item;
    this.#progress = { session, furthest: bytes, doubtful: session === '' && chunkSize > 0 };
    const { plan } = move.run.row;
    const compared = plan.allowSkip === true || tools.policies.existsAction(plan) === 'skip-if-same';
    const small = identity !== '' && chunkSize === 0 && size <= tools.settings.chunkBytes && !compared;
    this.#comparesUnverified = compared && tools.policies.verifies(plan);
    this.#listed = small ? { size, identity } : undefined;
    this.#begun = chunkSize === 0 ? undefined : identity;
    // A number of its own tells of the decision, too, in a ledger of before it was recorded.
    const numbered = targetKey !== null && targetKey !== targetName(plan, move.item);
    this.#frozen = chunkSize === 0 ? undefined : { size, identity, chunkSize, ifAbsent: ifAbsent || numbered };
    this.#sent = chunkSize > 0;
    this.#verification = new Verification(move, tools);
  }

  /** Resolves when the item is published, or skipped, and recorded. */
  move(): Promise<void> {
    const { run } = this.#move;
    const asked = { stores: storesOf(run.row.plan, this.#tools), trusted: () => run.trusted };
    return withRetries(this.#tools.retry, run.soft, () => this.#asListed(), {
      mark: () => this.#progress.furthest + this.#copied.furthest,
      obstacles: obstaclesOf(asked, this.#tools),
    });
  }

  /** What a listing says may be a moment old, or worded differently: only a look at the object itself tells that it changed. */
  async #asListed(): Promise<void> {
    try {
      await this.#attempt();
    } catch (error) {
      const untouched = this.#listed !== undefined && this.#progress.furthest === 0 && !this.#verification.due;
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
    const decided = this.#frozen ?? (await this.#decide(stat));
    if (decided === 'skip') return this.#move.ended({ state: 'skipped' });
    if (stat.size !== decided.size || stat.identity !== decided.identity) throw sourceChanged(run);
    this.#frozen = { ...decided, ...stat };
    for (let lost = 0; !(await this.#transfer(await this.#contextOf(source, this.#frozen), lost)); lost += 1);
  }

  async #statOf(source: Source): Promise<SourceStat> {
    const { run } = this.#move;
    if (this.#listed !== undefined) return this.#listed;
    return await this.#call('Reading the properties of the source', run.soft, (signal) => source.stat(signal));
  }

  async #decide(stat: SourceStat): Promise<Frozen | 'skip'> {
    const { plan, id } = this.#move.run.row;
    const { chunkBytes } = this.#tools.settings;
    const decision = await this.#nameFor(stat, this.#tools.policies.existsAction(plan), plan.allowSkip === true);
    if (decision.do === 'skip') return 'skip';
    const target = await targetOf(plan, id, this.#item, this.#tools);
    const preferred = plan.chunkBytes ?? chunkBytes;
    this.#frozen = {
      ...stat,
      chunkSize: stat.size <= chunkBytes && target.putWhole !== undefined ? chunkBytes : chunkSizeFor(stat.size, preferred, target.chunks),
      ifAbsent: decision.ifAbsent,
    };
    return this.#frozen;
  }

  async #nameFor(stat: SourceStat, action: ExistsAction, allowSkip: boolean): Promise<Decision> {
    const { run, item } = this.#move;
    const { plan, id } = run.row;
    const name = targetName(plan, item);
    const existing = async (other: string): ReturnType<Parameters<typeof decide>[0]['existing']> => {
      const target = await targetOf(plan, id, { ...item, targetKey: other }, this.#tools);
      return await this.#call('Looking for an object at the target', run.soft, (signal) => target.existing(signal));
    };
    const decision = await decide({ action, allowSkip, name, source: stat, existing });
    // The name that was asked for is in the row where objects of one transfer could want the same.
    if (decision.do === 'move') this.#item = { ...this.#item, targetKey: decision.targetKey ?? (item.targetKey === null ? null : name) };
    return decision;
  }

  async #contextOf(source: Source, frozen: Frozen): Promise<MoveContext> {
    const { run } = this.#move;
    const context: MoveContext = {
      attempt: { source, target: await targetOf(run.row.plan, run.row.id, this.#item, this.#tools), endpoints: this.#endpoints() },
      frozen,
      move: { ...this.#move, item: this.#item },
      tools: this.#tools,
      call: this.#call,
      publish: (work) => run.commit(() => this.#publish(context, work)),
    };
    return context;
  }

  /** False when the name was lost to somebody else, and another one was found. */
  async #transfer(context: MoveContext, lost: number): Promise<boolean> {
    const doubtful = this.#sent;
    try {
      if (!this.#verification.due) await this.#send(context);
    } catch (error) {
      if (!context.frozen.ifAbsent || !isKind(error, 'conflict') || lost >= mostLost) throw error;
      const own = doubtful ? await ownCopy(context, true) : 'another';
      if (typeof own === 'string') {
        await this.#giveWay(context);
        return false;
      }
      await this.#accept(context, own);
    }
    await this.#verification.finish(context);
    return true;
  }

  async #send(context: MoveContext): Promise<void> {
    const { attempt, frozen } = context;
    const inSession = this.#progress.session !== '';
    const own = frozen.ifAbsent && this.#sent ? await ownCopy(context, !inSession) : 'nothing';
    if (own === 'another') throw new ProviderError('conflict', 'Something else has the name of the copy.');
    if (typeof own === 'object') return await this.#accept(context, own);
    // Everybody else pays for a row only where a session needs one, or a second look would take the copy for one of somebody else.
    if (frozen.ifAbsent || this.#verification.outdated || this.#comparesUnverified) this.#begin(frozen);
    const { copyFrom, putWhole } = attempt.target;
    const job = { context, progress: this.#progress, copied: this.#copied, begin: () => this.#begin(frozen) };
    if (copyFrom !== undefined && (await moveByCopy(copyFrom, job))) return;
    if (putWhole !== undefined && frozen.size <= frozen.chunkSize) return await moveWhole(context);
    this.#begin(frozen);
    await moveSession(context, this.#progress);
  }

  async #publish({ frozen, move, tools }: MoveContext, work: () => Promise<Proof>): Promise<void> {
    this.#sent = true;
    const proof = await work();
    move.run.trusted = true;
    if (!tools.policies.verifies(move.run.row.plan))
      return await this.#move.ended({ state: 'done', size: frozen.size, proof, targetKey: move.item.targetKey });
    this.#progress.session = '';
    this.#verification.published(proof);
  }

  /** Its session was used up by it; removing that could remove the copy. */
  async #accept(context: MoveContext, { proof }: OwnCopy): Promise<void> {
    this.#forgetSession();
    await context.publish(() => Promise.resolve(proof));
  }

  /** Takes the next name that is free. */
  async #giveWay(context: MoveContext): Promise<void> {
    if (context.attempt.target.renames !== true) await this.#dropSession(context);
    await this.#nameFor(context.frozen, 'keep-both', false);
    this.#sent = false;
    this.#begun = undefined;
    this.#begin(context.frozen);
  }

  /** It belongs to a name that is not ours. */
  async #dropSession({ attempt, frozen }: MoveContext): Promise<void> {
    const { session } = this.#progress;
    if (session === '') return;
    await this.#call('Removing the upload', this.#move.run.hard, (signal) => attempt.target.discard(frozen, session, signal));
    this.#forgetSession();
  }

  #forgetSession(): void {
    const { run, item } = this.#move;
    const { ledger } = this.#tools;
    if (this.#progress.session === '') return;
    if (!ledger.dropChunks(run.owner, item.n)) throw new Fenced();
    if (ledger.checkpoint(run.owner, item.n, { bytes: 0, session: '', acks: [] }) === undefined) throw new Fenced();
    this.#progress.session = '';
  }

  /** In the ledger before anything exists at the target; again when a second look saw another version. */
  #begin(frozen: Frozen): void {
    if (this.#begun === frozen.identity && !this.#verification.outdated) return;
    const { run, item } = this.#move;
    if (!this.#tools.ledger.beginItem(run.owner, item.n, decidedOf(frozen, this.#item))) throw new Fenced();
    this.#begun = frozen.identity;
    this.#verification.forget();
  }

  #endpoints(): readonly string[] {
    const { source, target } = this.#move.run.row.plan;
    return [source, target].map(endpointName);
  }

  readonly #call: Caller = (what, signal, action, late, ms) => {
    const { callTimeoutMs, abortGraceMs } = this.#tools.settings;
    return withDeadline({ what, signal, ms: ms ?? callTimeoutMs, abortGraceMs }, action, late);
  };
}

function sourceChanged(run: Run): Error {
  const { source } = run.row.plan;
  const message = 'The source changed since the transfer started.';
  return source.type === 'file' || source.type === 'folder'
    ? new LocalFileError('changed', message)
    : new ProviderError('changed', message);
}
