import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProviderError } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

const signal = new AbortController().signal;
const streamOf = (...pieces: string[]): Readable => Readable.from(pieces.map((piece) => Buffer.from(piece)));

describe('reading a stream', () => {
  it('cuts pieces of any length into full buffers', async () => {
    const reader = new StreamReader(streamOf('a', 'bcdef', '', 'gh'), 1000);
    const [first, second] = [Buffer.alloc(4), Buffer.alloc(4)];
    await reader.fill(first, signal);
    await reader.fill(second, signal);
    expect([first, second].map(String)).toEqual(['abcd', 'efgh']);
  });

  it('that ends early, breaks or stalls is unavailable, so that it is opened again', async () => {
    const broken = new Readable({ read: () => undefined });
    const stalled = new Readable({ read: () => undefined });
    const fills = [streamOf('ab'), broken, stalled].map((stream) => new StreamReader(stream, 50).fill(Buffer.alloc(4), signal));
    broken.destroy(new Error('read ECONNRESET'));
    for (const fill of fills) await expect(fill).rejects.toMatchObject({ name: 'ProviderError', kind: 'unavailable' });
    expect(stalled.destroyed).toBe(true);
  });

  it('that breaks while nobody reads reports it at the next read', async () => {
    const stream = new Readable({ read: () => undefined });
    const reader = new StreamReader(stream, 1000);
    stream.destroy(new ProviderError('throttled', 'slow down'));
    await new Promise((resolve) => stream.once('close', resolve));
    await expect(reader.fill(Buffer.alloc(1), signal)).rejects.toMatchObject({ kind: 'throttled' });
  });

  it('ends with the reason of the signal, and the stream is closed', async () => {
    const stream = new Readable({ read: () => undefined });
    const controller = new AbortController();
    const fill = new StreamReader(stream, 1000).fill(Buffer.alloc(1), controller.signal);
    controller.abort(new Error('paused'));
    await expect(fill).rejects.toThrow('paused');
    expect(stream.destroyed).toBe(true);
  });
});
