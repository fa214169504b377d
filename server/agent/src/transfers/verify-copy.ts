// Owns proving that a copy is the same as its source: SHA-256 of both, read anew, when the settings ask for it (fastr_settings.md, VerifyChecksum).
import { createHash } from 'node:crypto';
import { ProviderError } from '../providers/provider.ts';
import type { Source, SourceStat } from './endpoint.ts';
import type { MoveContext } from './move.ts';
import type { PublishedCopy } from './ledger.ts';
import type { Throttle } from './policies.ts';
import { withRetries } from './retry.ts';

/** Small enough for a fair share of a cap. */
const pieceBytes = 256 * 1024;
const unlimited: Throttle = { capped: false, take: () => Promise.resolve() };

export interface CopyWatch {
  /** Which version of the object the copy is; called before anything of it is read. */
  seen(identity: string): void;
  /** The copy was wrong, and is no longer there. */
  removed(): void;
}

/** Resolves when both are the same; rejects, after removing the copy, with `unavailable` for another size and `invalid` for other bytes. */
export async function verifyCopy(context: MoveContext, { identity }: PublishedCopy, watch: CopyWatch): Promise<void> {
  const { attempt, frozen, move, call } = context;
  const { hard, soft } = move.run;
  const stored = await call('Reading the properties of the copy', hard, (signal) => attempt.target.copy.stat(signal));
  if (identity !== '' && stored.identity !== identity) throw new ProviderError('changed', 'The copy was replaced before it was verified.');
  const remove = async (): Promise<void> => {
    await call('Removing the wrong copy', hard, (signal) => attempt.target.remove(signal));
    watch.removed();
  };
  if (stored.size !== frozen.size) {
    await remove();
    throw new ProviderError('unavailable', `The copy had ${stored.size} of ${frozen.size} bytes and was removed.`);
  }
  watch.seen(stored.identity);
  const { source, copy } = await hashesOf(context, stored, soft);
  if (source === copy) return;
  await remove();
  throw new ProviderError('invalid', `The copy differs from its source and was removed: SHA-256 ${copy} instead of ${source}.`);
}

/** SHA-256 of the source and of the copy; what is read of a store counts against the caps of the user. */
export async function hashesOf(context: MoveContext, stored: SourceStat, signal: AbortSignal): Promise<{ source: string; copy: string }> {
  const { attempt, frozen, move, tools } = context;
  const { row } = move.run;
  const capped = tools.policies.throttleForReading(row.plan, row.id);
  const hash = (source: Source, stat: SourceStat): Promise<string> =>
    withRetries(tools.retry, signal, () =>
      readBack(source, stat, context, { throttle: source.endpoint === '' ? unlimited : capped, signal }),
    );
  const source = await hash(attempt.source, frozen);
  return { source, copy: await hash(attempt.target.copy, stored) };
}

interface Reading {
  readonly throttle: Throttle;
  readonly signal: AbortSignal;
}

/** Takes a place at the store, as every reading does; whoever calls holds none, or he might wait for himself. */
async function readBack(source: Source, stat: SourceStat, { move, tools, call }: MoveContext, reading: Reading): Promise<string> {
  const permit = await tools.gates.enter(move.run.row.id, [source.endpoint], reading.signal);
  try {
    const sum = await sha256Of(source, stat, reading, call);
    permit.release();
    return sum;
  } catch (error) {
    permit.release(error);
    throw error;
  }
}

async function sha256Of(source: Source, stat: SourceStat, { throttle, signal }: Reading, call: MoveContext['call']): Promise<string> {
  const hash = createHash('sha256');
  if (stat.size === 0) return hash.digest('hex');
  const reader = await call(
    'Opening for the check of SHA-256',
    signal,
    (inner) => source.open({ offset: 0, length: stat.size }, stat, inner),
    (late) => void late.close(),
  );
  try {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, stat.size));
    for (let at = 0; at < stat.size; at += buffer.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, stat.size - at));
      await throttle.take(piece.length, signal);
      await reader.fill(piece, signal);
      hash.update(piece);
    }
  } finally {
    await reader.close();
  }
  return hash.digest('hex');
}
