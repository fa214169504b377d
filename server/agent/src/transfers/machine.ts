// Owns reading the state machines of the contract: which event leads from which transfer status to which.
import { machines, type TransferStatus as ContractStatus } from '@click-kit/contract';

export type TransferStatus = 'initiating' | 'pending' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
export type TransferEvent = 'start' | 'pause' | 'resume' | 'complete' | 'cancel' | 'fail';

/** state -> event -> state, as the contract states it (`x-transitions`). */
export type Machine = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The state that `event` leads to, or undefined when the event is illegal in `state`. */
export function next(machine: Machine, state: string, event: TransferEvent): TransferStatus | undefined {
  const events = Object.hasOwn(machine, state) ? machine[state] : undefined;
  return events !== undefined && Object.hasOwn(events, event) ? (events[event] as TransferStatus) : undefined;
}

export type TransferKind = 'client' | 'server' | 'cloud';

/** The contract writes the states of cloud-to-cloud transfers as members of a flag enumeration; the engine has one word for each. */
const memberNames = { pending: 'Created', running: 'Running', completed: 'Completed', cancelled: 'Canceled', failed: 'Error' } as const;
export type CloudStatus = keyof typeof memberNames;

/** The name of the member of the contract's TransferStatus. */
export const memberNameOf = (status: CloudStatus): keyof typeof ContractStatus => memberNames[status];

const wordOf: ReadonlyMap<string, string> = new Map(Object.entries(memberNames).map(([word, name]) => [name, word]));

/** States that the engine has no word for are left out: a cancel of its own takes no time. */
const inWords = (machine: Machine): Machine => {
  const known = <Value>(entries: [string, Value][]): [string, Value][] => entries.filter(([name]) => wordOf.has(name));
  const events = (of: Readonly<Record<string, string>>) => Object.entries(of).map(([event, name]) => [event, wordOf.get(name) ?? name]);
  return Object.fromEntries(known(Object.entries(machine)).map(([name, of]) => [wordOf.get(name), Object.fromEntries(events(of))]));
};

const machineOfKind: Readonly<Record<TransferKind, Machine>> = {
  client: machines.ClientTransferStatusValue,
  server: machines.ServerTransferStatus,
  cloud: inWords(machines.TransferStatus),
};

export const machineOf = (kind: TransferKind): Machine => machineOfKind[kind];

export const initialStatus = (kind: TransferKind): TransferStatus => (kind === 'client' ? 'initiating' : 'pending');

export const isTerminal = (status: TransferStatus): boolean => status === 'completed' || status === 'cancelled' || status === 'failed';
