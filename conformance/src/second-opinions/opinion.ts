// Owns what a second opinion is and how it is told: beside the verdict, never in place of it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CanaryFinding, Sight } from './canary-target.ts';

export interface Finding {
  readonly where: string;
  readonly what: string;
  readonly times: number;
}

export interface SecondOpinion {
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: string;
  /** How many answers of the target the tool looked at. */
  readonly looked: number;
  readonly findings: readonly Finding[];
  /** What the tool can see at all, by the canaries. */
  readonly canaries: readonly CanaryFinding[];
  /** One line each, for example what was left out and why. */
  readonly notes: readonly string[];
}

export const namesOf = (canaries: readonly CanaryFinding[], sight: Sight): string[] =>
  canaries.filter((canary) => canary.sight === sight).map(({ name }) => name.replace(/^the /, ''));

export function opinionText({ tool, target, looked, findings, canaries, notes }: SecondOpinion): string {
  const [blind, alarms] = [namesOf(canaries, 'blind'), namesOf(canaries, 'false alarm')];
  const seen = canaries.length - blind.length - alarms.length;
  return [
    `Second opinion of ${tool.name} ${tool.version} on ${target}. The verdict is that of \`click-conformance run\`; this decides nothing.`,
    '',
    `canaries   rejects ${seen} of ${canaries.length} known-bad answers, one for each keyword and format of the contract`,
    ...(blind.length > 0 ? [`           does not see: ${blind.join(', ')}`] : []),
    ...(alarms.length > 0 ? [`           rejects good answers: ${alarms.join(', ')}`] : []),
    `looked at  ${looked} answers`,
    `findings   ${findings.length}`,
    ...findings.map(({ where, what, times }) => `  ${times > 1 ? `${times} × ` : ''}${where}: ${what}`),
    ...notes.map((note) => `note       ${note}`),
    '',
  ].join('\n');
}

/** Findings that are told alike are one, with the number of times. */
export function counted(findings: readonly Omit<Finding, 'times'>[]): Finding[] {
  const byText = new Map<string, Finding>();
  for (const { where, what } of findings) {
    const key = `${where}\n${what}`;
    byText.set(key, { where, what, times: (byText.get(key)?.times ?? 0) + 1 });
  }
  return [...byText.values()];
}

export async function writeOpinion(directory: string, opinion: SecondOpinion): Promise<string> {
  const path = join(directory, `second-opinion-${opinion.tool.name.toLowerCase()}.json`);
  await writeFile(path, `${JSON.stringify(opinion, undefined, 2)}\n`);
  return path;
}
