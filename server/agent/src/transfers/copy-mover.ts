// Owns copies that the store makes by itself, as long as it can.
import { ProviderError } from '../providers/provider.ts';
import type { MoveContext } from './move.ts';

/** False when the store cannot copy this one after all, so that its bytes have to pass here. */
export async function moveByCopy({ attempt, frozen, move, tools, call, publish }: MoveContext): Promise<boolean> {
  const { run } = move;
  const { copyFrom } = attempt.target;
  if (copyFrom === undefined) return false;
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
