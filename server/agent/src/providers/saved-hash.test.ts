import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSavedState, SavedHash } from './saved-hash.ts';

describe('A checksum whose state can be stored', () => {
  it.each(['sha1', 'md5'] as const)('is that of node:crypto for %s, wherever it is stored and loaded', async (algorithm) => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.uint8Array({ maxLength: 100 }), async (parts, rest) => {
        let hash = await SavedHash.make(algorithm);
        for (const part of parts) {
          hash.update(Buffer.from(part));
          hash.digestWith(Buffer.from(rest));
          hash = await SavedHash.make(algorithm, JSON.parse(JSON.stringify(hash.saved)));
        }
        const whole = Buffer.concat([...parts, rest]);
        expect(hash.offset).toBe(whole.length - rest.length);
        expect(hash.digestWith(Buffer.from(rest))).toBe(createHash(algorithm).update(whole).digest('hex'));
      }),
      { numRuns: 40 },
    );
  });

  it.each(['', 'AAAA', 'not base64 at all', 'A'.repeat(128)])('starts anew from the state %j, which is none', async (state) => {
    const hash = await SavedHash.make('sha1', { offset: 7, state });
    expect(hash.offset).toBe(0);
    expect(hash.digestWith(Buffer.from('x'))).toBe(createHash('sha1').update('x').digest('hex'));
  });

  it('tells states from other values', () => {
    expect([{ offset: 0, state: '' }, { offset: -1, state: '' }, { offset: 1 }, null, 'x'].map(isSavedState)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
