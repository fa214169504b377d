import { describe, expect, it } from 'vitest';
import { machines } from '@click-kit/contract';
import { initialStatus, isTerminal, machineOf, memberNameOf, next, type TransferEvent, type TransferStatus } from './machine.ts';

const events: TransferEvent[] = ['start', 'pause', 'resume', 'complete', 'cancel', 'fail'];

describe('the state machines', () => {
  it.each(Object.entries(machines))('%s leads only to states of its own, and nothing leaves a terminal state', (_name, machine) => {
    const states = Object.keys(machine);
    for (const state of states) {
      for (const event of events) {
        const to = next(machine, state, event);
        expect(to === undefined || states.includes(to)).toBe(true);
        expect(isTerminal(state as TransferStatus) && to !== undefined).toBe(false);
      }
    }
  });

  it('let only client transfers pause, and only a running one complete', () => {
    expect(next(machines.ServerTransferStatus, 'running', 'pause')).toBeUndefined();
    expect(next(machines.ClientTransferStatusValue, 'initiating', 'pause')).toBe('paused');
    expect(next(machines.ClientTransferStatusValue, 'paused', 'complete')).toBeUndefined();
    expect(next(machines.ClientTransferStatusValue, 'paused', 'resume')).toBe('running');
  });

  it('of cloud-to-cloud transfers are the members of the contract in the words of the engine', () => {
    expect(machineOf('cloud')).toEqual({
      pending: { start: 'running', cancel: 'cancelled', fail: 'failed' },
      running: { complete: 'completed', cancel: 'cancelled', fail: 'failed' },
      completed: {},
      cancelled: {},
      failed: {},
    });
    expect([memberNameOf('pending'), memberNameOf('cancelled'), memberNameOf('failed')]).toEqual(['Created', 'Canceled', 'Error']);
  });

  it('know no state and no event by an inherited name', () => {
    expect(next(machines.ServerTransferStatus, 'constructor', 'start')).toBeUndefined();
    expect(next(machines.ServerTransferStatus, 'pending', 'toString' as TransferEvent)).toBeUndefined();
  });

  it('start where their kind starts', () => {
    expect(next(machineOf('client'), initialStatus('client'), 'start')).toBe('running');
    expect(next(machineOf('server'), initialStatus('server'), 'start')).toBe('running');
    expect(next(machineOf('cloud'), initialStatus('cloud'), 'start')).toBe('running');
    expect(isTerminal('paused')).toBe(false);
  });
});
