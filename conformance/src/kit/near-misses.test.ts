import { describe, expect, it } from 'vitest';
import { nearest } from './near-misses.ts';

const known = ['CLOUD-S2S-003', 'CLOUD-S2S-004', 'cloud.upload.bytes-arrive', 'cloud.upload.history'];

describe('near misses', () => {
  it('are ids that differ in little, nearest first', () => {
    expect(nearest('CLOUD-S2S-03', known)).toEqual(['CLOUD-S2S-003', 'CLOUD-S2S-004']);
    expect(nearest('cloud.upload.byte-arrive', known)).toEqual(['cloud.upload.bytes-arrive']);
  });

  it('are ids that hold what was typed, whatever its case', () => {
    expect(nearest('cloud.UPLOAD', known)).toEqual(['cloud.upload.history', 'cloud.upload.bytes-arrive']);
  });

  it('are none for what is far from everything', () => {
    expect(nearest('walk', known)).toEqual([]);
  });
});
