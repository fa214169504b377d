// Owns what a reporter is: it may follow a run, and it reads the one result at the end.
import type { CheckResult, RunResult } from '../result.ts';

export interface RunPlan {
  readonly runId: string;
  readonly targetUrl: string;
  readonly spawned?: boolean;
  readonly contract: string;
  readonly total: number;
  readonly known: number;
}

export interface Reporter {
  readonly begin?: (plan: RunPlan) => void;
  readonly started?: (check: { readonly id: string }, index: number) => void;
  readonly ended?: (result: CheckResult, index: number) => void;
  /** Answers the path of the report, where it is a file. */
  readonly finish: (result: RunResult) => Promise<string | undefined>;
}
