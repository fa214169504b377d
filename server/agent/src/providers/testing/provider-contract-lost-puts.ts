// Owns the part of the suite of all providers that is about whole puts that are carried out and whose answer does not come.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { ProviderError, type Verification } from '../provider.ts';
import { type LossyFront, lossyFront } from './lossy-front.ts';
import type { Test } from './provider-cases.ts';
import { chunkOf, type Fixture, get, kindOf, put, signal, uploadOf } from './provider-tools.ts';

const BYTES = 1000;

type Put = (key: string, bytes: Buffer, ifAbsent: boolean) => Promise<Verification>;

export function describeLostPuts(test: Test): void {
  test('lostPut', async (fixture) => {
    await using front = await frontOf(fixture);
    const send = puttingThrough(front, fixture);
    for (const ifAbsent of [true, false]) {
      const bytes = randomBytes(BYTES);
      const key = `lost-put-${String(ifAbsent)}.bin`;
      front.lose(bytes);
      // Sent again, it would do no harm where it may replace; where it may not, it must be settled at once.
      const again = (error: unknown) =>
        !ifAbsent && error instanceof ProviderError && error.kind === 'unavailable' ? send(key, bytes, ifAbsent) : Promise.reject(error);
      await send(key, bytes, ifAbsent).catch(again);
      expect((await get(fixture, key)).equals(bytes)).toBe(true);
    }
    for (const ifAbsent of [true, false]) {
      const bytes = randomBytes(BYTES);
      const key = `lost-put-nobody-to-ask-${String(ifAbsent)}.bin`;
      front.lose(bytes, 'deaf');
      expect(await kindOf(send(key, bytes, ifAbsent))).toBe('unavailable');
      front.hear();
      await send(key, bytes, ifAbsent);
      expect((await get(fixture, key)).equals(bytes)).toBe(true);
    }
  });

  test('foreignPut', async (fixture) => {
    await using front = await frontOf(fixture);
    const send = puttingThrough(front, fixture);
    const [theirs, ours] = [randomBytes(BYTES), randomBytes(BYTES)];
    await put(fixture, 'foreign-put.bin', theirs);
    front.lose(ours);
    expect(['conflict', 'unavailable']).toContain(await kindOf(send('foreign-put.bin', ours, true)));
    expect(await kindOf(send('foreign-put.bin', ours, true))).toBe('conflict');
    expect((await get(fixture, 'foreign-put.bin')).equals(theirs)).toBe(true);
    // Once it is settled, the same bytes are not taken for the lost ones a second time.
    front.lose(ours, 'deaf');
    await send('settled-put.bin', ours, true).catch(() => front.hear());
    await send('settled-put.bin', ours, true);
    expect(await kindOf(send('settled-put.bin', ours, true))).toBe('conflict');
  });
}

async function frontOf({ behind }: Fixture): Promise<LossyFront> {
  if (behind === undefined) throw new Error('the test of this provider does not say where its server is');
  return await lossyFront(behind.origin);
}

function puttingThrough(front: LossyFront, fixture: Fixture): Put {
  const { putWhole } = fixture.behind?.provider(front.url) ?? {};
  if (putWhole === undefined) throw new Error('the provider puts no whole objects');
  return (key, bytes, ifAbsent) => putWhole({ ...uploadOf(fixture, key, bytes.length), ifAbsent }, chunkOf(Buffer.from(bytes)), signal());
}
