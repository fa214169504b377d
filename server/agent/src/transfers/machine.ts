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

const inWords = (machine: Machine): Machine => {
  const word = (name: string): string => wordOf.get(name) ?? name;
  const events = (of: Readonly<Record<string, string>>) => Object.entries(of).map(([event, name]) => [event, word(name)]);
  return Object.fromEntries(Object.entries(machine).map(([name, of]) => [word(name), Object.fromEntries(events(of))]));
};

const machineOfKind: Readonly<Record<TransferKind, Machine>> = {
  client: machines.ClientTransferStatusValue,
  server: machines.ServerTransferStatus,
  cloud: inWords(machines.TransferStatus),
};

export const machineOf = (kind: TransferKind): Machine => machineOfKind[kind];

export const initialStatus = (kind: TransferKind): TransferStatus => (kind === 'client' ? 'initiating' : 'pending');

export const isTerminal = (status: TransferStatus): boolean => status === 'completed' || status === 'cancelled' || status === 'failed';
