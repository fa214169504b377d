import { beforeAll, describe, expect, it } from 'vitest';
import { type Check } from './check.ts';
import { loadContract } from './contract.ts';
import { loadChecks } from './load-checks.ts';
import { falseClaims, unproven } from './register-audit.ts';
import { loadRegister, readRegister, type Requirement, requirementsOf } from './register.ts';

const contract = loadContract();
const register = loadRegister(contract);
let checks: Check[];
beforeAll(async () => {
  checks = await loadChecks(contract);
});

const row = (change: string): string =>
  `requirements:\n  - { id: CLOUD-S2S-001, level: MUST, text: A text, source: cloud.md, pointer: login, observable: true${change} }`;
const read = (text: string) => readRegister([{ area: 'area', text }], contract);

describe('the register and the checks', () => {
  it('prove every observable requirement with at least one check', () => {
    expect(unproven(register, checks).map(({ id, level }) => `${level} ${id}`)).toEqual([]);
  });

  it('agree: every check proves registered requirements at its own level, and INFO checks none', () => {
    expect(falseClaims(register, checks)).toEqual([]);
  });

  it('have every operation in at least one requirement', () => {
    const pointed = new Set(register.map(({ pointer }) => pointer));
    expect([...contract.operations.keys()].filter((id) => !pointed.has(id))).toEqual([]);
  });

  it('have one requirement for the token of each operation that needs one, which the derived cases prove', () => {
    for (const { id, security } of contract.operations.values())
      expect(requirementsOf(register, id, 'TOKEN'), id).toHaveLength(security === 'required' ? 1 : 0);
  });

  it('ask of a field only what the schema enforces, so that its absence is seen', () => {
    const fields = register.filter(
      ({ id, observable, text }) => /FIELD-/.test(id) && observable === true && !text.includes('when it is there'),
    );
    expect(fields.length).toBeGreaterThan(100);
    for (const { id, pointer } of fields) {
      const [, , , schema = '', , field = ''] = pointer.split('/');
      const required = [contract.http, contract.channelDocument].some((document) => {
        const { schemas } = document.components as unknown as { schemas: Record<string, { required?: string[] }> };
        return schemas[schema]?.required?.includes(field) === true;
      });
      expect(required, id).toBe(true);
    }
  });
});

describe('reading a register', () => {
  it('takes a row that is whole', () => {
    expect(read(row(''))).toEqual([
      { id: 'CLOUD-S2S-001', level: 'MUST', text: 'A text', source: 'cloud.md', pointer: 'login', observable: true, area: 'area' },
    ]);
  });

  it.each([
    [row('').replace('S2S-001', 'S2S-1'), 'the id has to look like CLOUD-S2S-003, not "CLOUD-S2S-1"'],
    [row('').replace('MUST', 'MAY'), 'area.yaml, CLOUD-S2S-001: the level is MUST or SHOULD, not "MAY"'],
    [row('').replace('A text', '""'), 'the text is one line'],
    [row('').replace('cloud.md', '""'), 'the source names a sheet and a section'],
    [row('').replace('login', 'walk'), 'the pointer "walk" leads nowhere in the contract'],
    [row('').replace('login', "'#/components/schemas/Nothing'"), 'leads nowhere in the contract'],
    [row('').replace('observable: true', 'observable: false'), '`observable` is true, or says `no` with a reason'],
    [row(', note: x'), 'the fields are id, level, text, source, pointer, observable'],
    [`${row('')}\n${row('').split('\n')[1]}`, 'the id is taken'],
    ['requirements: []', 'it is empty'],
    ['rows: []', 'it has no list `requirements`'],
    ['requirements: [', 'area.yaml: '],
  ])('refuses %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('the audit', () => {
  const requirement = (id: string, level: 'MUST' | 'SHOULD', observable: Requirement['observable'] = true): Requirement => ({
    id,
    level,
    text: '',
    source: '',
    pointer: '',
    observable,
    area: '',
  });
  const rows = [requirement('A-B-001', 'MUST'), requirement('A-B-002', 'SHOULD'), requirement('A-B-003', 'MUST', { no: 'dark' })];

  it('names what nothing proves, and leaves out what cannot be observed', () => {
    expect(unproven(rows, [{ id: 'one', level: 'MUST', proves: ['A-B-001'] }]).map(({ id }) => id)).toEqual(['A-B-002']);
  });

  it.each([
    [{ id: 'one', level: 'MUST', proves: ['A-B-009'] } as const, 'one proves A-B-009, which is not registered'],
    [{ id: 'one', level: 'MUST', proves: ['A-B-003'] } as const, 'one proves A-B-003, which cannot be observed'],
    [{ id: 'one', level: 'MUST', proves: [] } as const, 'one is MUST and proves nothing'],
    [{ id: 'one', level: 'MUST', proves: ['A-B-002'] } as const, 'one is MUST and proves a SHOULD'],
    [{ id: 'one', level: 'SHOULD', proves: ['A-B-001'] } as const, 'one is SHOULD and proves a MUST'],
    [{ id: 'one', level: 'INFO', proves: ['A-B-002'] } as const, 'one is INFO and proves A-B-002'],
    [{ id: 'one', level: 'MUST', proves: ['A-B-001', 'A-B-001'] } as const, 'one names a requirement twice'],
  ])('refuses %j', (claim, message) => {
    expect(falseClaims(rows, [claim])).toContain(message);
  });
});
