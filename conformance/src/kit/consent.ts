// Owns saying, before anything is sent, what a run will touch at its target.
import type { Check } from './check.ts';
import type { Contract, OperationId } from './contract.ts';
import { placeOf, type Target } from './target.ts';

/** Called for every run that signs in, whatever is selected. */
const ofEveryRun: readonly OperationId[] = ['login', 'logout'];

export interface ConsentFacts {
  readonly target: Target;
  readonly contract: Contract;
  /** What will run: what is not allowed or does not apply is left out already. */
  readonly checks: readonly Check[];
  readonly prefix: string;
}

export function consentText({ target, contract, checks, prefix }: ConsentFacts): string {
  const writing = checks.filter(({ impact }) => impact !== 'read');
  const destructive = checks.filter(({ impact }) => impact === 'destructive');
  const called = new Set<OperationId>(checks.flatMap(({ operations }) => operations));
  const touching = [...contract.operations.values()].filter(({ id, method }) => called.has(id) && method !== 'GET');
  const who = target.spawned
    ? 'as its demo users'
    : target.credentials === undefined
      ? 'without signing in'
      : `as ${target.credentials.username}`;
  return [
    `At ${placeOf(target)}, ${who}, ${checks.length} ${checks.length === 1 ? 'check' : 'checks'} will`,
    ...(writing.length === 0
      ? ['  only read.']
      : [
          `  create cloud accounts, folders and objects named ${prefix}…, and remove them again;`,
          `  add to the transfer history, and remove their own records;`,
          `  start, pause and cancel transfers of their own;`,
          `  open object servers on loopback and folders ${prefix}… in the folder for temporary files of this machine.`,
        ]),
    ...(called.has('sendDownloadUrl') ? ['  have the target send a mail to click-conformance@example.com, an address of nobody.'] : []),
    ...(destructive.length === 0
      ? ['Nothing that they did not create is changed.']
      : ['These touch what they did not create, or leave something behind:', ...destructive.map(({ id, title }) => `  ${id}  ${title}`)]),
    `Operations that change something: ${[...ofEveryRun, ...touching.map(({ id }) => id).filter((id) => !ofEveryRun.includes(id))].join(', ')}`,
  ].join('\n');
}
