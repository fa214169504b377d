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
