import { expect, it } from 'vitest';
import { chunkLength, chunkSizeFor } from './chunk-plan.ts';

const [KiB, MiB, TiB] = [1024, 1024 ** 2, 1024 ** 4];
const law = (minBytes: number, maxBytes: number, quantumBytes: number, maxChunks: number) => ({
  minBytes,
  maxBytes,
  quantumBytes,
  maxChunks,
});
const s3 = law(5 * MiB, 5 * 1024 * MiB, 1, 10_000);
const oneDrive = law(320 * KiB, 60 * MiB, 320 * KiB, 10_000);

it('chunks are 8 MiB until that would be more than 10,000, then as many whole MiB as needed', () => {
  expect(chunkSizeFor(0, 8 * MiB)).toBe(8 * MiB);
  expect(chunkSizeFor(80_000 * MiB, 8 * MiB)).toBe(8 * MiB);
  expect(chunkSizeFor(80_000 * MiB + 1, 8 * MiB)).toBe(9 * MiB);
  expect(Math.ceil((5 * TiB) / chunkSizeFor(5 * TiB, 8 * MiB, s3))).toBeLessThanOrEqual(10_000);
});

it('the law of the target wins over what is preferred', () => {
  expect(chunkSizeFor(100 * MiB, MiB, s3)).toBe(5 * MiB);
  expect(chunkSizeFor(100 * MiB, 8 * MiB, oneDrive)).toBe(26 * 320 * KiB);
  expect(chunkSizeFor(100 * MiB, 500 * MiB, oneDrive)).toBe(60 * MiB);
  expect(chunkSizeFor(100 * MiB, 8 * MiB, law(4 * MiB, 150 * MiB, 4 * MiB, 1_000_000))).toBe(8 * MiB);
  expect(chunkSizeFor(100 * MiB, 5 * MiB, law(4 * MiB, 150 * MiB, 4 * MiB, 1_000_000))).toBe(8 * MiB);
  expect(chunkSizeFor(400_000 * MiB, 8 * MiB, law(1, 4000 * MiB, 1, 50_000))).toBe(8 * MiB);
});

it('an object that fits into no legal plan is refused', () => {
  expect(() => chunkSizeFor(100, 8, law(1, 10, 1, 9))).toThrow('at most 90 bytes');
});

it('the last chunk is what is left', () => {
  expect([0, 4, 8].map((offset) => chunkLength(offset, 10, 4))).toEqual([4, 4, 2]);
});
