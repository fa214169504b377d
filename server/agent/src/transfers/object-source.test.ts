import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { Provider } from '../providers/provider.ts';
import { StreamReader } from '../providers/stream-reader.ts';
import { ObjectSource } from './object-source.ts';

const signal = new AbortController().signal;

it('a source without ranges is read from its start, and what is known already is skipped', async () => {
  const offsets: number[] = [];
  const provider = {
    stat: () => Promise.resolve({ size: 8, eTag: 'e', acceptsRanges: false }),
    read: ({ offset }: { offset: number }) => {
      offsets.push(offset);
      return Promise.resolve(new StreamReader(Readable.from([Buffer.from('abcdefgh')]), 1000, 8));
    },
  } as unknown as Provider;
  const source = new ObjectSource(provider, { bucket: 'b', key: 'k' }, 'b');
  const reader = await source.open({ offset: 5, length: 3 }, await source.stat(signal), signal);
  const rest = Buffer.alloc(3);
  await reader.fill(rest, signal);
  expect([offsets, String(rest)]).toEqual([[0], 'fgh']);
});

/** A server that tells another size when it is asked than when it sends. */
const saying = (size: number, bytes: string): ObjectSource => {
  const provider = {
    stat: () => Promise.resolve({ size, eTag: 'e', acceptsRanges: true }),
    read: ({ offset, length = Infinity }: { offset: number; length?: number }) => {
      const part = Buffer.from(bytes).subarray(offset, offset + length);
      return Promise.resolve(new StreamReader(Readable.from([part]), 1000, part.length));
    },
  } as unknown as Provider;
  return new ObjectSource(provider, { bucket: 'b', key: 'k' }, 'b');
};

it.each([6, 10])('an object of eight bytes is not read as one of %i', async (size) => {
  const source = saying(size, 'abcdefgh');
  const stat = await source.stat(signal);
  await expect(source.open({ offset: 0, length: size }, stat, signal)).rejects.toMatchObject({ kind: 'changed' });
  await expect(source.open({ offset: 4, length: size - 4 }, stat, signal)).rejects.toThrow(/8 bytes instead of (6|10)/);
});

it('a part of an object is read whatever follows', async () => {
  const source = saying(8, 'abcdefgh');
  const reader = await source.open({ offset: 2, length: 3 }, await source.stat(signal), signal);
  const part = Buffer.alloc(3);
  await reader.fill(part, signal);
  expect(String(part)).toBe('cde');
});
