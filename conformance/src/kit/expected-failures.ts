// Owns the list of failures that are known: who answers for each, why it is there, until when; and what of it no longer holds.
import type { CheckResult, Standing, Status } from '../result.ts';
import { UsageError } from './faults.ts';
import { readYaml } from './yaml-file.ts';

export interface Exception {
  readonly check: string;
  readonly reason?: string;
  readonly owner?: string;
  /** The last day on which the entry counts, as YYYY-MM-DD. */
  readonly expires?: string;
  /** File and line, for complaints. */
  readonly at: string;
}

export interface Exceptions {
  readonly expected: readonly Exception[];
  /** Never decide the verdict, either way. */
  readonly flaky: readonly Exception[];
}

export const noExceptions: Exceptions = { expected: [], flaky: [] };

const text = { type: 'string' } as const;
const row = {
  type: 'object',
  required: ['check'],
  additionalProperties: false,
  properties: {
    check: { ...text, minLength: 1 },
    reason: text,
    owner: text,
    expires: { ...text, pattern: String.raw`^\d{4}-\d{2}-\d{2}$`, description: 'takes a day as YYYY-MM-DD' },
  },
};
const schema = {
  type: 'object',
  additionalProperties: false,
  properties: { expected: { type: 'array', items: row }, flaky: { type: 'array', items: row } },
};

export async function readExceptions(path: string): Promise<Exceptions> {
  const { content, at } = await readYaml<Partial<Record<keyof Exceptions, Omit<Exception, 'at'>[]>>>(
    path,
    'list of expected failures',
    schema,
  );
  const rows = (list: keyof Exceptions): Exception[] =>
    (content[list] ?? []).map((entry, index) => ({ ...entry, at: at(list, index, 'check') }));
  const exceptions = { expected: rows('expected'), flaky: rows('flaky') };
  const seen = new Map<string, string>();
  for (const { check, expires, at: place } of [...exceptions.expected, ...exceptions.flaky]) {
    const before = seen.get(check);
    if (before !== undefined) throw new UsageError(`${place}: ${check} is listed already, at ${before}`);
    if (expires !== undefined && Number.isNaN(Date.parse(expires))) throw new UsageError(`${place}: ${expires} is no day`);
    seen.set(check, place);
  }
  return exceptions;
}

/** What the list says of one check that has run; undefined when it says nothing that applies. */
export function exceptionOf({ id, status }: CheckResult, { expected, flaky }: Exceptions): Standing | undefined {
  if (status === 'not-applicable') return undefined;
  const known = flaky.find(({ check }) => check === id);
  if (known !== undefined) return standing('flaky', status, known);
  const entry = expected.find(({ check }) => check === id);
  return entry === undefined || status !== 'failed' ? undefined : standing('expected', status, entry);
}

const standing = (kind: 'expected' | 'flaky', outcome: Status, { reason, owner, expires }: Exception): Standing => ({
  kind,
  outcome,
  why: reason ?? 'no reason is given',
  ...(owner !== undefined && { owner }),
  ...(expires !== undefined && { expires }),
});

/**
 * Entries that no longer hold. Whether an entry is complete and in date does not depend on what was selected; whether its check
 * passes can only be said when it ran.
 */
export function staleEntries(
  { expected, flaky }: Exceptions,
  known: ReadonlySet<string>,
  results: readonly Pick<CheckResult, 'id' | 'status'>[],
  today: string,
): string[] {
  const statuses = new Map(results.map(({ id, status }) => [id, status]));
  const problemOf = ({ check, reason, owner, expires }: Exception, isExpected: boolean): string | undefined => {
    if (!known.has(check)) return 'there is no such check';
    if ((reason ?? '').trim() === '') return 'it gives no reason';
    if ((owner ?? '').trim() === '') return 'nobody owns it';
    if (isExpected && expires === undefined) return 'it does not say when it expires';
    if (expires !== undefined && expires < today) return `it expired on ${expires}`;
    return isExpected && statuses.get(check) === 'passed' ? 'the check passes' : undefined;
  };
  const complain = (entry: Exception, isExpected: boolean): string[] => {
    const problem = problemOf(entry, isExpected);
    return problem === undefined ? [] : [`${entry.check}: ${problem} (${entry.at})`];
  };
  return [...expected.flatMap((entry) => complain(entry, true)), ...flaky.flatMap((entry) => complain(entry, false))];
}
