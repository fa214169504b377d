// Owns running proofs: the named check alone, against one reference agent behind the proxy, with the fault on.
import type { Check } from '../kit/check.ts';
import type { Contract } from '../kit/contract.ts';
import { type Environment, newEnvironment } from '../kit/environment.ts';
import { setUpApi, signIn } from '../kit/login.ts';
import { runChecks } from '../kit/runner.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { spawnAgent } from '../kit/spawn-agent.ts';
import type { Target } from '../kit/target.ts';
import { type CheckResult, levelOf, type Status } from '../result.ts';
import type { Fault, Proof } from './fault.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { HeldCleanup } from './held-cleanup.ts';

export interface ProofResult {
  readonly id: string;
  readonly check: string;
  readonly fault: Fault;
  readonly outcome: 'killed' | 'survived';
  /** How the check ended, and at which level it failed. */
  readonly status: Status;
  readonly level: string;
  /** What the check said first, or why it does not count. */
  readonly said: string;
  readonly applied: number;
  readonly ms: number;
}

export interface FalseRed {
  readonly check: string;
  readonly status: Status;
  readonly said: string;
}

export interface ProofsOutcome {
  readonly results: readonly ProofResult[];
  /** Checks that do not pass through the proxy while no fault is on. */
  readonly falseReds: readonly FalseRed[];
}

export interface ProofsOptions {
  readonly contract: Contract;
  readonly checks: readonly Check[];
  readonly proofs: readonly Proof[];
  readonly deadlines: Environment['deadlines'];
  readonly signal: AbortSignal;
  readonly onResult?: (result: ProofResult, index: number) => void;
}

/** A transfer or a frame that a fault keeps away is not waited for as long as in a run that judges. */
export const proofDeadlines: Environment['deadlines'] = { checkMs: 45_000, frameMs: 1500, transferMs: 5000 };
const baselineTimeoutMs = 60_000;

export async function runProofs(options: ProofsOptions): Promise<ProofsOutcome> {
  const { contract, signal } = options;
  const agent = await spawnAgent(signal);
  try {
    const proxy = await startFaultProxy(agent.target, contract);
    try {
      return await behindProxy(options, proxy, { ...agent.target, url: proxy.url });
    } finally {
      await proxy.close();
    }
  } finally {
    await agent.stop();
  }
}

async function behindProxy(options: ProofsOptions, proxy: FaultProxy, target: Target): Promise<ProofsOutcome> {
  const { contract, proofs, deadlines, signal } = options;
  const validator = new SchemaValidator(contract);
  const healthy = newEnvironment({ contract, validator, target, timeoutMs: baselineTimeoutMs, signal });
  // Codes of a second factor are good once, in both runs together.
  const faulty = {
    ...newEnvironment({ contract, validator, target, timeoutMs: baselineTimeoutMs, signal }),
    deadlines,
    codes: healthy.codes,
  };
  try {
    const proven = options.checks.filter(({ id }) => proofs.some(({ check }) => check === id)).map(alone);
    const baseline = await runChecks({ environment: healthy, checks: proven, bail: false });
    const falseReds = baseline.results.filter(({ status }) => status !== 'passed');
    const results = await withFaults(options, faulty, proxy);
    return { results, falseReds: falseReds.map(({ id, status, ...rest }) => ({ check: id, status, said: saidBy(rest) })) };
  } finally {
    await healthy.http.close();
    await faulty.http.close();
  }
}

/** What a check needs to have passed before does pass while no fault is on. */
const alone = (check: Check): Check => ({ ...check, after: [] });

async function withFaults(
  { proofs, checks, signal, onResult }: ProofsOptions,
  environment: Environment,
  proxy: FaultProxy,
): Promise<ProofResult[]> {
  const results: ProofResult[] = [];
  const cleanup = new HeldCleanup();
  const { target } = environment;
  try {
    // For agents that take any token: the proxy has to have seen a good one.
    if (target.credentials !== undefined) await signIn(environment, target.credentials, setUpApi(environment, 'set-up', signal), signal);
    for (const [index, proof] of proofs.entries()) {
      if (signal.aborted) break;
      // Names of its own for each proof: what one leaves behind must not decide the next.
      const own = { ...environment, cleanup, prefix: `${environment.prefix}-${index}` };
      const result = judgeProof(proof, await oneProof(proof, checks, own, proxy), proxy.applied());
      results.push(result);
      onResult?.(result, index);
    }
    return results;
  } finally {
    await cleanup.release();
  }
}

async function oneProof(proof: Proof, checks: readonly Check[], environment: Environment, proxy: FaultProxy): Promise<CheckResult> {
  const check = checks.find(({ id }) => id === proof.check);
  if (check === undefined) throw new Error(`The proof ${proof.id} names ${proof.check}, which is no check.`);
  const listener = {
    started: () => proxy.arm({ fault: proof.fault, check: check.id }),
    ended: () => proxy.arm(undefined),
  };
  const { results } = await runChecks({ environment, checks: [alone(check)], bail: false, listener });
  const [result] = results;
  if (result === undefined) throw new Error(`${check.id} gave no result.`);
  return result;
}

/** Killed is: failed, at the level of the check or of the proof, because of the fault. Blocked and in error are not. */
function judgeProof({ id, check, fault, level: wanted }: Proof, result: CheckResult, applied: number): ProofResult {
  const level = levelOf(result);
  const killed = result.status === 'failed' && level === (wanted ?? result.level) && applied > 0;
  const said = applied === 0 ? `the fault never came to bear (${saidBy(result)})` : saidBy(result);
  return { id, check, fault, outcome: killed ? 'killed' : 'survived', status: result.status, level, said, applied, ms: result.ms };
}

const saidBy = ({ failures, reason }: Pick<CheckResult, 'failures' | 'reason'>): string =>
  failures.map(({ message, actual }) => (actual === undefined ? message : `${message}: ${actual}`))[0] ?? reason ?? 'nothing';
