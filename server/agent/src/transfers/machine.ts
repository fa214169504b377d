// Owns reading the state machines of the contract: which event leads from which transfer status to which.
import { machines } from '@click-kit/contract';

export type TransferStatus = 'initiating' | 'pending' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
export type TransferEvent = 'start' | 'pause' | 'resume' | 'complete' | 'cancel' | 'fail';

/** state -> event -> state, as the contract states it (`x-transitions`). */
export type Machine = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The state that `event` leads to, or undefined when the event is illegal in `state`. */
export function next(machine: Machine, state: string, event: TransferEvent): TransferStatus | undefined {
  const events = Object.hasOwn(machine, state) ? machine[state] : undefined;
  return events !== undefined && Object.hasOwn(events, event) ? (events[event] as TransferStatus) : undefined;
}

export type TransferKind = 'client' | 'server';

export const machineOf = (kind: TransferKind): Machine =>
  kind === 'client' ? machines.ClientTransferStatusValue : machines.ServerTransferStatus;

export const initialStatus = (kind: TransferKind): TransferStatus => (kind === 'client' ? 'initiating' : 'pending');

export const isTerminal = (status: TransferStatus): boolean => status === 'completed' || status === 'cancelled' || status === 'failed';
