// Owns proving that a copy is the same as its source: SHA-256 of both, read anew, when the settings ask for it (fastr_settings.md, VerifyChecksum).
import { createHash } from 'node:crypto';
import { ProviderError } from '../providers/provider.ts';
import type { Source, SourceStat } from './endpoint.ts';
import type { MoveContext } from './move.ts';
import type { Proof } from './ledger.ts';
import { withRetries } from './retry.ts';

const pieceBytes = 1024 * 1024;

/** What is proven of the copy in the end; rejects with `invalid`, after removing the copy, when it differs. */
export async function verifyCopy(context: MoveContext, proven: Proof): Promise<Proof> {
  const { attempt, frozen, move, tools, call } = context;
  const { run } = move;
  if (!tools.policies.verifies(run.row.plan)) return proven;
  const hash = (source: Source, stat: SourceStat): Promise<string> =>
    withRetries(tools.retry, run.hard, () => sha256Of(source, stat, run.hard, call));
  const { copy } = attempt.target;
  const stored = await call('Reading the properties of the copy', run.hard, (signal) => copy.stat(signal));
  if (stored.size !== frozen.size) throw new ProviderError('unavailable', `The copy has ${stored.size} of ${frozen.size} bytes.`);
  const [wanted, found] = [await hash(attempt.source, frozen), await hash(copy, stored)];
  if (wanted === found) return 'sha256';
  await call('Removing the wrong copy', run.hard, (signal) => attempt.target.remove(signal));
  throw new ProviderError('invalid', `The copy differs from its source and was removed: SHA-256 ${found} instead of ${wanted}.`);
}

async function sha256Of(source: Source, stat: SourceStat, signal: AbortSignal, call: MoveContext['call']): Promise<string> {
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
      await reader.fill(piece, signal);
      hash.update(piece);
    }
  } finally {
    await reader.close();
  }
  return hash.digest('hex');
}
