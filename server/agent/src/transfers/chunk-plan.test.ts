import { expect, it } from 'vitest';
import { chunkLength, chunkSizeFor } from './chunk-plan.ts';

const MiB = 1024 * 1024;
const limits = { chunkBytes: 8 * MiB, maxParts: 10_000 };

it('chunks are 8 MiB until that would be more than 10,000 parts, then as many whole MiB as needed', () => {
  expect(chunkSizeFor(0, limits)).toBe(8 * MiB);
  expect(chunkSizeFor(80_000 * MiB, limits)).toBe(8 * MiB);
  expect(chunkSizeFor(80_000 * MiB + 1, limits)).toBe(9 * MiB);
  const largest = 5 * 1024 * 1024 * MiB;
  expect(Math.ceil(largest / chunkSizeFor(largest, limits))).toBeLessThanOrEqual(10_000);
});

it('the last chunk is what is left', () => {
  expect([0, 4, 8].map((offset) => chunkLength(offset, 10, 4))).toEqual([4, 4, 2]);
});
