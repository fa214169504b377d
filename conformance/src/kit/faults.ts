// Owns the ways in which a check can end without passing; the runner turns each of them into a status.

/** An assertion does not hold; what it says is recorded already. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** The check applies, but something that it needs is not there. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
}

/** The check does not apply to this target. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** The kit contradicts itself: its own request violates the contract, or its validator does not work. */
export class KitFault extends Error {
  override readonly name = 'KitFault';
}

/** No answer came from the target: refused, cut or too late. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
