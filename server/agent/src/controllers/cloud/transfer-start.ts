// Owns what every command on the transfer engine answers when the engine refuses it.
import { Problem } from '../../http/problem.ts';
import type { CommandResult, StartResult } from '../../transfers/engine.ts';

/** The id of a transfer that was accepted; 499 `TRANSFER` when the engine takes no more. */
export function started(result: StartResult): { transferId: string } {
  if ('transferId' in result) return { transferId: result.transferId };
  const reasons = { 'queue-full': 'Too many transfers are waiting; try again later.', 'shutting-down': 'The agent is shutting down.' };
  throw new Problem(499, 'TRANSFER', reasons[result.refused]);
}

/** Documented for pause, resume and cancel: 400 when the state does not allow the command. */
export function commanded(result: CommandResult, command: string): { status: 200 } {
  if (result === 'unknown') throw new Problem(499, 'NOT_FOUND', 'There is no transfer with this id.');
  if (result !== 'ok') throw new Problem(400, 'TRANSFER', `The transfer is ${result.illegal}; it cannot be ${command}.`);
  return { status: 200 };
}
