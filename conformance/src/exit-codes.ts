// Owns the exit codes of the command line (README, "What the exit code says").

export const exitCodes = {
  passed: 0,
  failed: 1,
  incomplete: 2,
  usage: 64,
  kitFault: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
