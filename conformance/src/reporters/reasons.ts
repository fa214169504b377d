// Owns telling once why many checks ended the same way.
import type { CheckResult, Status } from '../result.ts';

/** Reason -> how many checks of the status give it. */
export function groupReasons(checks: readonly CheckResult[], status: Status): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const check of checks) if (check.status === status) reasons.set(check.reason ?? '', (reasons.get(check.reason ?? '') ?? 0) + 1);
  return reasons;
}
