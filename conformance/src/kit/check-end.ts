// Owns what each way in which a check can end means.
import type { Status } from '../result.ts';
import type { Check } from './check.ts';
import { Blocked, CheckFailed, KitFault, messageOf, NoAnswer, NotApplicable } from './faults.ts';
import type { Recorder } from './recorder.ts';

export interface End {
  readonly status: Status;
  readonly reason?: string;
  readonly cutShort?: true;
}

export interface Circumstances {
  /** Why the whole run ended, if it did. */
  readonly stopped: string | undefined;
  readonly late: boolean;
  readonly checkMs: number;
}

export function endOf(check: Check, recorder: Recorder, error: unknown, { stopped, late, checkMs }: Circumstances): End {
  if (error === undefined) {
    if (recorder.hasFailed()) return { status: 'failed' };
    return recorder.evidence > 0 ? { status: 'passed' } : { status: 'error', reason: 'the check made no assertion' };
  }
  if (stopped !== undefined) return { status: 'blocked', reason: stopped };
  if (error instanceof CheckFailed) return { status: 'failed', cutShort: true };
  if (error instanceof NotApplicable) return { status: 'not-applicable', reason: error.message };
  if (error instanceof KitFault) return { status: 'error', reason: error.message };
  if (late) recorder.fail({ level: check.level, message: `the check ends within ${checkMs} ms` });
  else if (error instanceof NoAnswer) recorder.fail({ level: check.level, message: 'the target answers', actual: error.message });
  // What follows from a deviation that is recorded already is the target's doing, not the kit's.
  if (recorder.hasFailed()) return { status: 'failed', cutShort: true };
  if (error instanceof Blocked) return { status: 'blocked', reason: error.message };
  return { status: 'error', reason: error instanceof Error ? `${messageOf(error)}${place(error)}` : messageOf(error) };
}

const place = ({ stack }: Error): string => {
  const line = stack?.split('\n').find((text) => text.includes('.scenario.') || text.includes('.cases.'));
  return line === undefined ? '' : ` (${line.trim().split('/').at(-1)?.replace(/\)$/, '') ?? ''})`;
};
