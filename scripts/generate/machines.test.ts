import { describe, expect, it } from 'vitest';
import { machinesModule } from './machines.ts';

const document = (transitions: object) =>
  ({ components: { schemas: { Status: { enum: ['open', 'done'], 'x-transitions': transitions } } } }) as never;

describe('the state machines', () => {
  it('are emitted as they stand in the contract', () => {
    expect(machinesModule(document({ open: { finish: 'done' }, done: {} }))).toContain('"finish": "done"');
  });

  it('are refused when a state has no entry', () => {
    expect(() => machinesModule(document({ open: { finish: 'done' } }))).toThrow('Status: x-transitions says nothing of done');
  });

  it('are keyed by the names of the members where the states are flags, and leave out those that nothing leads to', () => {
    const flags = (transitions: object) =>
      ({
        components: {
          schemas: { Status: { 'x-flags': [1, 2, 4], 'x-enum-varnames': ['Open', 'Done', 'Idle'], 'x-transitions': transitions } },
        },
      }) as never;
    expect(machinesModule(flags({ Open: { finish: 'Done' }, Done: {} }))).toContain('"finish": "Done"');
    expect(() => machinesModule(flags({ Open: { finish: 'Done' } }))).toThrow('says nothing of Done');
    expect(() => machinesModule(flags({ Open: { finish: 'Gone' } }))).toThrow('leads to the unknown state "Gone"');
  });

  it('are refused when they name a state that the enumeration does not have', () => {
    expect(() => machinesModule(document({ open: { finish: 'gone' }, done: {} }))).toThrow(
      'open + finish leads to the unknown state "gone"',
    );
    expect(() => machinesModule(document({ open: {}, done: {}, lost: {} }))).toThrow('names the unknown state lost');
  });

  it('are refused when no event leads to a state, unless it is the only one that they can start in', () => {
    expect(() => machinesModule(document({ open: {}, done: {} }))).toThrow('Status: of open, done only one can be the first state');
  });
});
