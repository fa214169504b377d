// Owns what a run of the proofs comes to: the kill rate, what has no proof, the table, and the file.
import type { Check } from '../kit/check.ts';
import type { Contract } from '../kit/contract.ts';
import type { FalseRed, ProofResult, ProofsOutcome } from './run-proofs.ts';

export const leastKillRate = 0.98;

export interface ProofsReport {
  readonly contract: { readonly title: string; readonly version: string; readonly digest: string };
  readonly killRate: number;
  readonly killed: number;
  readonly total: number;
  readonly mustChecks: number;
  /** MUST checks that no proof names. */
  readonly unproven: readonly string[];
  readonly falseReds: readonly FalseRed[];
  readonly ms: number;
  readonly proofs: readonly ProofResult[];
}

export interface ReportParts extends ProofsOutcome {
  readonly contract: Contract;
  /** The checks that are to be proven. */
  readonly checks: readonly Check[];
  readonly ms: number;
}

export function proofsReport({ contract, checks, results, falseReds, ms }: ReportParts): ProofsReport {
  const killed = results.filter(({ outcome }) => outcome === 'killed').length;
  const must = checks.filter(({ level }) => level === 'MUST');
  return {
    contract: { title: contract.title, version: contract.version, digest: contract.digest },
    killRate: results.length === 0 ? 0 : killed / results.length,
    killed,
    total: results.length,
    mustChecks: must.length,
    unproven: must.filter(({ id }) => !results.some(({ check }) => check === id)).map(({ id }) => id),
    falseReds,
    ms,
    proofs: results,
  };
}

export const isGood = ({ killRate, unproven, falseReds }: ProofsReport): boolean =>
  killRate >= leastKillRate && unproven.length === 0 && falseReds.length === 0;

/** One line for a proof; all of them are the table. */
export const proofLine = ({ id, outcome, said, ms }: ProofResult): string =>
  `${outcome === 'killed' ? 'killed  ' : 'SURVIVED'}  ${id.padEnd(90)} ${String(ms).padStart(6)} ms  ${oneLine(said)}`;

export function summaryLines(report: ProofsReport): string[] {
  const { killed, total, killRate, mustChecks, unproven, falseReds, ms, proofs } = report;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
  return [
    ...section(
      'Survived: the check did not see the fault',
      proofs
        .filter(({ outcome }) => outcome === 'survived')
        .map(({ id, status, level, said }) => `${id}  (${status}, ${level}: ${oneLine(said)})`),
    ),
    ...section('MUST checks without a proof', unproven),
    ...section(
      'False reds: not passed while no fault was on',
      falseReds.map(({ check, status, said }) => `${check}  (${status}: ${oneLine(said)})`),
    ),
    '',
    `kill rate    ${killed}/${total} = ${(killRate * 100).toFixed(1)} %, at least ${leastKillRate * 100} % wanted`,
    `proven       ${mustChecks - unproven.length}/${mustChecks} MUST checks`,
    `false reds   ${falseReds.length}`,
    `${isGood(report) ? 'GOOD' : 'NOT GOOD ENOUGH'} in ${(ms / 1000).toFixed(1)} s`,
  ];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 110);
