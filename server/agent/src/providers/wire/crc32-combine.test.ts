import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { combineCrc32 } from './crc32-combine.ts';

it.each([0, 1, 999, 1000, 1001, 65_536, 123_456])('the CRC32 of %i bytes follows from those of their pieces', (size) => {
  const bytes = randomBytes(size);
  const pieces: number[] = [];
  for (let start = 0; start < size; start += 1000) pieces.push(crc32(bytes.subarray(start, start + 1000)));
  expect(combineCrc32(pieces, 1000, size % 1000 === 0 ? 1000 : size % 1000)).toBe(crc32(bytes));
});

it('lengths beyond 32 bits count', () => {
  // 2^33 zeros more leave another CRC than 2^32.
  expect(combineCrc32([1, 0], 1, 2 ** 33)).not.toBe(combineCrc32([1, 0], 1, 2 ** 32));
});
