import { randomFillSync } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { Checksums } from './checksums.ts';

let checksums = new Checksums();
afterEach(async () => {
  await checksums.close();
  checksums = new Checksums();
});

const shared = (length: number): Buffer => randomFillSync(Buffer.from(new SharedArrayBuffer(length)));

it('gives the same value for shared and for other memory, large and small, also for a part of it', async () => {
  for (const bytes of [shared(0), shared(10), shared(3_000_000), shared(3_000_000).subarray(7, 2_000_001), Buffer.alloc(3_000_000, 5)]) {
    expect(await checksums.crc32(bytes)).toBe(crc32(bytes));
  }
});

it('keeps many questions apart', async () => {
  const all = Array.from({ length: 50 }, (_, n) => shared(300_000 + n));
  expect(await Promise.all(all.map(async (bytes) => await checksums.crc32(bytes)))).toEqual(all.map((bytes) => crc32(bytes)));
});

it('answers what was asked when the worker goes, and everything after that', async () => {
  const bytes = shared(5_000_000);
  const asked = [1, 2, 3].map(async () => await checksums.crc32(bytes));
  await checksums.close();
  expect(await Promise.all([...asked, Promise.resolve(checksums.crc32(bytes))])).toEqual(Array.from({ length: 4 }, () => crc32(bytes)));
});
