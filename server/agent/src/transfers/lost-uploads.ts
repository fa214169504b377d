// Owns looking for uploads and copies of ours at a target whose creation nobody heard of.
import type { MoveContext } from './move.ts';

/** The transfer does not depend on it: a failure is reported only. */
export async function sweepLost({ attempt, move, tools, call }: MoveContext): Promise<void> {
  const { sweep } = attempt.target;
  if (sweep === undefined) return;
  const { hard, row } = move.run;
  const since = new Date(row.startedAt);
  await call('Looking for a lost upload', hard, (signal) => sweep(since, signal)).catch(tools.report);
}
