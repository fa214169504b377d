import { describe, expect, it } from 'vitest';
import { loadContract } from './contract.ts';
import { loadChecks } from './load-checks.ts';
import { matches } from './selection.ts';

const contract = loadContract();
const checks = await loadChecks(contract);

describe('selecting checks', () => {
  it('takes * for any text and everything else literally', () => {
    expect(matches('cloud.upload.history', 'cloud.*')).toBe(true);
    expect(matches('cloud.upload.history', '*.history')).toBe(true);
    expect(matches('cloudXupload', 'cloud.upload')).toBe(false);
  });

  it('takes a name without * for itself and all below it', () => {
    expect(matches('cloud.upload.history', 'cloud.upload')).toBe(true);
    expect(matches('cloud.upload-object.no-token', 'cloud.upload')).toBe(false);
  });
});

describe('the checks', () => {
  it('exercise every operation of the contract', () => {
    const exercised = new Set(checks.flatMap(({ operations }) => operations));
    expect([...contract.operations.keys()].filter((id) => !exercised.has(id))).toEqual([]);
  });

  it('refuse a missing token on every operation that requires one', () => {
    const required = [...contract.operations.values()].filter(({ security }) => security === 'required');
    const refused = checks
      .filter(({ id }) => id.endsWith('.no-token') && !id.startsWith('channels'))
      .flatMap(({ operations }) => operations);
    expect([...refused].sort()).toEqual(required.map(({ id }) => id).sort());
  });

  it('have ids of lower-case words and a title that is a sentence', () => {
    expect(checks.filter(({ id }) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(id))).toEqual([]);
    expect(checks.filter(({ title }) => !/^\S+ \S+/.test(title))).toEqual([]);
  });

  it('name only prerequisites that exist', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(checks.flatMap(({ after }) => after).filter((id) => !ids.has(id))).toEqual([]);
  });
});
