// Owns one run of a transfer: list what there is to move, move item after item, and say how it ended.
import { mkdir } from 'node:fs/promises';
import { ProviderError } from '../providers/provider.ts';
import { explain, Fenced, LocalFileError, localFileError } from './errors.ts';
import { relativeKey, sourceOf, targetOf } from './item-endpoints.ts';
import { ItemMover, type MoveTools } from './item-mover.ts';
import type { ItemRow } from './ledger.ts';
import { discardLeftover } from './cleanup.ts';
import { listItems } from './listing.ts';
import type { FolderRef, TransferPlan } from './plan.ts';
import { assertInside, pathBelow } from './safe-path.ts';
import type { Run } from './run.ts';
import type { Lease, SlabPool } from './slab-pool.ts';

export interface RunnerTools extends MoveTools {
  readonly pool: SlabPool;
}

/** Calls `lastMoved` in the commit of the last item, so that nothing can come between publishing and recording it. */
export async function runTransfer(run: Run, tools: RunnerTools, lastMoved: () => void): Promise<void> {
  const { source } = run.row.plan;
  if (!run.row.listed && source.type === 'prefix') await listItems(run, source, tools);
  const lease = tools.pool.lease();
  try {
    for (;;) {
      const item = tools.ledger.openItem(run.row.id);
      if (item === undefined) return;
      run.soft.throwIfAborted();
      await runItem(run, item, { lease, tools, lastMoved });
    }
  } finally {
    lease.close();
  }
}

interface ItemTools {
  readonly lease: Lease;
  readonly tools: RunnerTools;
  readonly lastMoved: () => void;
}

async function runItem(run: Run, item: ItemRow, { lease, tools, lastMoved }: ItemTools): Promise<void> {
  const { plan } = run.row;
  const committed = (): void => {
    if (tools.ledger.openItem(run.row.id) === undefined) lastMoved();
  };
  try {
    if (isFolderMarker(plan, item)) return await makeFolder(run, item, tools, committed);
    const source = await sourceOf(plan, item, tools);
    const target = await targetOf(plan, run.row.id, item, tools);
    await new ItemMover({ run, item, source, target, lease, committed }, tools).move();
  } catch (error) {
    if (plan.source.type !== 'prefix' || run.soft.aborted || !concernsOneObject(error)) throw error;
    await failItem(run, item, tools, error);
  }
}

/** A refused folder entry is counted; what it left behind goes now, and is swept later when that fails. */
async function failItem(run: Run, item: ItemRow, tools: RunnerTools, cause: unknown): Promise<void> {
  if (!tools.ledger.endItem(run.owner, item.n, { state: 'failed', error: explain(cause) })) throw new Fenced();
  const leftover = tools.ledger.leftovers(run.row.id).find((left) => left.item.n === item.n);
  if (leftover === undefined) return;
  await discardLeftover(leftover, run.soft, tools).catch(tools.report);
}

/** Anything else (credentials, network, a full disk) would fail for the objects that follow too. */
function concernsOneObject(error: unknown): boolean {
  if (error instanceof ProviderError) return ['missing', 'changed', 'invalid', 'conflict'].includes(error.kind);
  return error instanceof LocalFileError && ['missing', 'denied', 'invalid', 'changed'].includes(error.kind);
}

const isFolderMarker = (plan: TransferPlan, item: ItemRow): boolean =>
  plan.target.type === 'folder' && item.key.endsWith('/') && item.size === 0;

async function makeFolder(run: Run, item: ItemRow, tools: RunnerTools, committed: () => void): Promise<void> {
  const { path: root } = run.row.plan.target as FolderRef;
  const relative = relativeKey(run.row.plan, item.key).slice(0, -1);
  const path = relative === '' ? root : pathBelow(root, relative);
  await run.commit(async () => {
    try {
      await mkdir(root, { recursive: true });
      if (path !== root) await assertInside(root, path);
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw localFileError(error, path);
    }
    if (!tools.ledger.endItem(run.owner, item.n, { state: 'done' })) throw new Fenced();
    committed();
  });
}
