import { describe, expect, it } from 'vitest';
import { type ObjectStat, ProviderError, type UploadRequest, type Verification } from './provider.ts';
import { chunkOf, kindOf } from './testing/provider-tools.ts';
import { lookBy, type PutParts, settledPut } from './unheard-puts.ts';

const bytes = Buffer.from('hello');
const request = (ifAbsent: boolean): UploadRequest => ({ bucket: 'b', key: 'k', size: 5, chunkSize: 5, contentType: '', ifAbsent });
const signal = new AbortController().signal;
const lost = new ProviderError('unavailable', 'no answer');
const taken = new ProviderError('conflict', 'there is one');

/** Each put ends as the next of `ends` says. */
function bench(ends: (Verification | Error)[], found: Verification | Error | undefined, parts: Partial<PutParts> = {}) {
  let looks = 0;
  const give = async <T>(value: T | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  const put = settledPut({
    put: () => give(ends.shift() ?? new Error('no more puts were expected')),
    look() {
      looks += 1;
      return give(found);
    },
    ...parts,
  });
  return { put: (ifAbsent: boolean, until = signal) => put(request(ifAbsent), chunkOf(bytes), until), looks: () => looks };
}

describe('A whole put', () => {
  it('is what it met when it was sent before and a deadline cut the answer off', async () => {
    const { put, looks } = bench([lost, taken], 'object');
    await expect(put(true, AbortSignal.abort(new Error('too late')))).rejects.toBe(lost);
    expect(looks()).toBe(0);
    expect(await put(true)).toBe('object');
  });

  it('waits for an answer about what it met, and is in doubt until then', async () => {
    const answers: (Verification | Error)[] = [lost, lost, 'object'];
    const look = async (): Promise<Verification> => {
      const answer = answers.shift();
      if (typeof answer === 'string') return answer;
      throw answer ?? taken;
    };
    const { put } = bench([lost, taken, taken, taken], undefined, { look });
    expect(await kindOf(put(true))).toBe('unavailable');
    expect(await kindOf(put(true))).toBe('unavailable');
    expect(await put(true)).toBe('object');
    expect(await kindOf(put(true))).toBe('conflict');
  });

  it('is not asked about when it was refused, or when it was never sent', async () => {
    const refused = bench([taken, new ProviderError('throttled', 'slow')], 'object');
    expect(await kindOf(refused.put(true))).toBe('conflict');
    expect(await kindOf(refused.put(true))).toBe('throttled');
    expect(refused.looks()).toBe(0);
    const never = bench([taken], 'object', { before: () => Promise.reject(lost) });
    expect(await kindOf(never.put(true))).toBe('unavailable');
    expect(never.looks()).toBe(0);
  });

  it.each([
    ['object', true, 1],
    ['size', true, 1],
    ['size', false, 0],
  ] as const)('that replaces is settled by a checksum only (found: %s, asks: %s)', async (found, replacing, looked) => {
    const { put, looks } = bench([lost], found, { replacing });
    if (found === 'object') expect(await put(false)).toBe('object');
    else expect(await kindOf(put(false))).toBe('unavailable');
    expect(looks()).toBe(looked);
  });

  it.each([
    ['nothing', new ProviderError('missing', 'none'), undefined],
    ['another size', { size: 4 }, undefined],
    ['another checksum', { size: 5, checksum: { algorithm: 'md5', value: 'other' } }, undefined],
    ['the same checksum', { size: 5, checksum: { algorithm: 'md5', value: 'same' } }, 'object'],
    ['the same size and no checksum', { size: 5 }, 'size'],
  ] as const)('knows by the properties of the object whether it is there: %s', async (_what, stat, proof) => {
    const answer = async (): Promise<ObjectStat> => {
      if (stat instanceof Error) throw stat;
      return { eTag: '', acceptsRanges: true, ...stat };
    };
    const found = (options: { sizeProves?: boolean }) => lookBy(answer, () => 'same', options)(request(true), chunkOf(bytes), signal);
    expect(await found({ sizeProves: true })).toBe(proof);
    expect(await found({})).toBe(proof === 'size' ? undefined : proof);
  });
});
