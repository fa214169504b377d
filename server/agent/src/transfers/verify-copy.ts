// Owns proving that a copy is the same as its source: SHA-256 of both, read anew, when the settings ask for it (fastr_settings.md, VerifyChecksum).
import { createHash } from 'node:crypto';
import { ProviderError } from '../providers/provider.ts';
import type { Source, SourceStat } from './endpoint.ts';
import type { MoveContext } from './move.ts';
import type { Proof } from './ledger.ts';
import type { Throttle } from './policies.ts';
import { withRetries } from './retry.ts';

/** Small enough for a fair share of a cap. */
const pieceBytes = 256 * 1024;
const unlimited: Throttle = { capped: false, take: () => Promise.resolve() };

/** What is proven of the copy in the end; rejects with `invalid`, after removing the copy, when it differs. */
export async function verifyCopy(context: MoveContext, proven: Proof): Promise<Proof> {
  const { attempt, frozen, move, tools, call } = context;
  const { run } = move;
  if (!tools.policies.verifies(run.row.plan)) return proven;
  const throttle = tools.policies.throttleForReading(run.row.plan, run.row.id);
  const hash = (source: Source, stat: SourceStat): Promise<string> =>
    withRetries(tools.retry, run.hard, () => readBack(source, stat, context, source.endpoint === '' ? unlimited : throttle));
  const { copy } = attempt.target;
  const stored = await call('Reading the properties of the copy', run.hard, (signal) => copy.stat(signal));
  if (stored.size !== frozen.size) throw new ProviderError('unavailable', `The copy has ${stored.size} of ${frozen.size} bytes.`);
  const [wanted, found] = [await hash(attempt.source, frozen), await hash(copy, stored)];
  if (wanted === found) return 'sha256';
  await call('Removing the wrong copy', run.hard, (signal) => attempt.target.remove(signal));
  throw new ProviderError('invalid', `The copy differs from its source and was removed: SHA-256 ${found} instead of ${wanted}.`);
}

/** Takes a place at the store, as every reading does; whoever calls holds none, or he might wait for himself. */
async function readBack(source: Source, stat: SourceStat, context: MoveContext, throttle: Throttle): Promise<string> {
  const { move, tools } = context;
  const { run } = move;
  const permit = await tools.gates.enter(run.row.id, [source.endpoint], run.hard);
  try {
    const sum = await sha256Of(source, stat, context, throttle);
    permit.release();
    return sum;
  } catch (error) {
    permit.release(error);
    throw error;
  }
}

async function sha256Of(source: Source, stat: SourceStat, { move, call }: MoveContext, throttle: Throttle): Promise<string> {
  const hash = createHash('sha256');
  if (stat.size === 0) return hash.digest('hex');
  const signal = move.run.hard;
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
