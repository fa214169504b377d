// Owns moving an object by a copy that its store makes itself: watched for signs of life, gone on with after an interruption.
import { ProviderError } from '../providers/provider.ts';
import type { CopyCourse } from '../providers/provider.ts';
import type { Target } from './endpoint.ts';
import { Fenced } from './errors.ts';
import { sweepLost } from './lost-uploads.ts';
import type { MoveContext } from './move.ts';
import { isCopyState } from './object-target.ts';
import type { ItemProgress } from './session-mover.ts';

/** How copies of one object went, over all attempts. */
export interface CopyProgress {
  /** Bytes. */
  furthest: number;
  /** Failures in a row that brought no new byte. */
  failures: number;
}

export interface CopyJob {
  readonly context: MoveContext;
  readonly progress: ItemProgress;
  readonly copied: CopyProgress;
  /** Puts the item into the ledger as begun. */
  readonly begin: () => void;
}

/** After so many failures the bytes pass here, which takes longer and may succeed. */
const mostFailures = 3;

/** False when the store cannot copy this one after all, so that its bytes have to pass here. */
export async function moveByCopy(copyFrom: NonNullable<Target['copyFrom']>, job: CopyJob): Promise<boolean> {
  const { context, progress, copied } = job;
  const { frozen, move, tools, call, publish } = context;
  const { run } = move;
  const uploading = progress.session !== '' && !isCopyState(progress.session);
  if (uploading || copied.failures >= mostFailures) return false;
  if (progress.session === '' && progress.doubtful) await sweepLost(context);
  const attempt = { open: true };
  try {
    await publish(() =>
      call(
        'Copying within the store',
        run.hard,
        (signal, alive) => copyFrom(frozen, frozen, signal, courseOf(job, alive, attempt)),
        undefined,
        tools.settings.copyStallTimeoutMs,
      ).catch(cannotCopy),
    );
    return true;
  } catch (error) {
    if (error instanceof CannotCopy) return false;
    if (error instanceof ProviderError && error.kind === 'unavailable') copied.failures += 1;
    throw error;
  } finally {
    attempt.open = false;
  }
}

/** An attempt that was given up may still be at it; what it says then counts no more. */
function courseOf({ context, progress, copied, begin }: CopyJob, beat: () => void, attempt: { readonly open: boolean }): CopyCourse {
  const { move, tools } = context;
  const { run, item } = move;
  const record = (bytes: number, session: string): void => {
    const counters = tools.ledger.checkpoint(run.owner, item.n, { bytes, session, acks: [] });
    if (counters === undefined) throw new Fenced();
    tools.progress.advance(run.row, counters);
  };
  return {
    saved: progress.session,
    begin() {
      begin();
      progress.doubtful = true;
    },
    keep(state) {
      if (!attempt.open) throw new Fenced();
      record(0, state);
      progress.session = state;
      progress.doubtful = false;
    },
    alive(bytes = 0) {
      beat();
      if (!attempt.open || bytes <= copied.furthest) return;
      copied.furthest = bytes;
      copied.failures = 0;
      if (progress.session !== '') record(bytes, progress.session);
    },
  };
}

class CannotCopy extends Error {}

/** Of the copy itself; that a copy turned out wrong is another matter. */
function cannotCopy(error: unknown): never {
  throw error instanceof ProviderError && error.kind === 'invalid' ? new CannotCopy(error.message, { cause: error }) : error;
}
