import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AzureClient, type AzureLimits } from './azure-client.ts';
import { getBlockList } from './azure-blocks.ts';
import { azureProvider } from './azure.ts';
import { defaultHttpLimits } from './http-limits.ts';
import type { Provider, UploadRequest, UploadSession } from './provider.ts';
import { azureAccount, type Azurite, startAzurite } from './testing/azurite-server.ts';
import { type Forwarded, forwardingServer } from './testing/forwarding-server.ts';
import { chunkOf, errorOf, get, kindOf, put, signal, writeAll } from './testing/provider-tools.ts';

const CHUNK = 64 * 1024;
const BUCKET = 'bucket';
let azurite: Azurite;
let provider: Provider;
let azure: AzureClient;

beforeAll(async () => {
  azurite = await startAzurite();
  provider = azureProvider(azureAccount(azurite.endpoint));
  const limits: AzureLimits = { ...defaultHttpLimits, contentMd5: true, copyBytes: CHUNK };
  azure = new AzureClient(azureAccount(azurite.endpoint), limits);
  await provider.administration?.create({ name: BUCKET, owner: '', objectLock: false }, signal());
});
afterAll(() => azurite[Symbol.asyncDispose]());

const upload = (key: string, size: number, ifAbsent = false): UploadRequest => ({
  bucket: BUCKET,
  key,
  size,
  contentType: 'video/mp4',
  chunkSize: CHUNK,
  ifAbsent,
});
const fixture = (): { provider: Provider; bucket: string; chunkSize: number } => ({ provider, bucket: BUCKET, chunkSize: CHUNK });
const store = (key: string, bytes: Buffer): Promise<void> =>
  put({ ...fixture(), stranger: provider, close: async () => undefined }, key, bytes);

async function writeAt(session: UploadSession, bytes: Buffer, ...indexes: number[]): Promise<void> {
  await Promise.all(
    indexes.map((index) => session.write(chunkOf(bytes.subarray(index * CHUNK, (index + 1) * CHUNK), index * CHUNK), signal())),
  );
}

/** A provider whose requests pass through `meddle` on their way to the emulator. */
async function meddled(meddle: (exchange: Forwarded) => Promise<unknown>): Promise<AsyncDisposable & { provider: Provider }> {
  const { origin, pathname } = new URL(azurite.endpoint);
  const server = await forwardingServer(origin, meddle);
  const limits = { stallMs: 2000, headersMs: 2000 };
  const made = azureProvider(azureAccount(`${server.url}${pathname}`), limits);
  return { provider: made, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Loses the answer to the first request that fits, after the emulator has carried it out. */
function losing(fits: (url: string, method: string) => boolean): (exchange: Forwarded) => Promise<unknown> {
  let lost = false;
  return async (exchange) => {
    if (lost || !fits(exchange.req.url ?? '', exchange.req.method ?? '')) return exchange.forward();
    lost = true;
    await exchange.forward(true);
    return exchange.res.destroy();
  };
}

describe('An upload of blocks', () => {
  it('takes blocks in any order and several at once, and resumes in the gaps', async () => {
    const bytes = randomBytes(CHUNK * 5 + 9);
    const asked = upload('any-order.bin', bytes.length);
    const first = await provider.openUpload(asked, signal());
    await writeAt(first, bytes, 4, 1, 0);
    expect(first.offset).toBe(CHUNK * 2);
    const acks = first.anyOrder?.takeAcks() ?? [];
    expect(acks.map(({ offset }) => offset).toSorted((a, b) => a - b)).toEqual([0, CHUNK, CHUNK * 4]);
    expect(first.anyOrder?.takeAcks()).toEqual([]);
    const { state } = first;
    await first.suspend();

    const second = await provider.resumeUpload(asked, state, signal(), acks);
    expect(second.state).toBe(state);
    expect([0, 1, 2, 3, 4, 5].map((index) => second.anyOrder?.holds(index * CHUNK))).toEqual([true, true, false, false, true, false]);
    expect(second.anyOrder?.takeAcks()).toEqual([]);
    await writeAt(second, bytes, 5, 3, 2);
    expect(await second.commit(signal())).toBe('chunks');
    expect((await get(fixture(), asked.key)).equals(bytes)).toBe(true);
  });

  it('learns from the service what no acknowledgement has told, CRC32 included', async () => {
    const bytes = randomBytes(CHUNK * 2);
    const asked = upload('learned.bin', bytes.length);
    const first = await provider.openUpload(asked, signal());
    await writeAt(first, bytes, 1);
    const second = await provider.resumeUpload(asked, first.state, signal());
    expect(second.anyOrder?.takeAcks()).toEqual(first.anyOrder?.takeAcks());
  });

  it('does not take a block for held whose CRC32 is not the acknowledged one', async () => {
    const bytes = randomBytes(CHUNK * 2);
    const asked = upload('other-bytes.bin', bytes.length);
    const first = await provider.openUpload(asked, signal());
    await writeAt(first, bytes, 0, 1);
    const acks = (first.anyOrder?.takeAcks() ?? []).map((ack) => (ack.offset === 0 ? { ...ack, crc32: ack.crc32 ^ 1 } : ack));
    const second = await provider.resumeUpload(asked, first.state, signal(), acks);
    expect([second.anyOrder?.holds(0), second.anyOrder?.holds(CHUNK)]).toEqual([false, true]);
  });

  it('refuses blocks of a wrong length or place, and plans beyond 50,000 blocks', async () => {
    const session = await provider.openUpload(upload('plan.bin', CHUNK * 2), signal());
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(CHUNK - 1)), signal()))).toBe('invalid');
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(CHUNK), 1), signal()))).toBe('invalid');
    expect(await kindOf(session.commit(signal()))).toBe('invalid');
    expect(await kindOf(provider.openUpload(upload('plan.bin', CHUNK * 50_000 + 1), signal()))).toBe('invalid');
  });

  it('settles a lost answer to the commit by asking, with and without the condition that there is no blob yet', async () => {
    for (const ifAbsent of [false, true]) {
      await using between = await meddled(losing((url) => url.includes('comp=blocklist') && !url.includes('blocklisttype')));
      const bytes = randomBytes(CHUNK * 2 + 1);
      const session = await between.provider.openUpload(upload(`lost-${ifAbsent}.bin`, bytes.length, ifAbsent), signal());
      await writeAt(session, bytes, 0, 1, 2);
      expect(await session.commit(signal())).toBe('chunks');
      expect((await get(fixture(), `lost-${ifAbsent}.bin`)).equals(bytes)).toBe(true);
    }
  });

  it('finds a session published whose commit was the last thing that was seen of it', async () => {
    const bytes = randomBytes(CHUNK + 1);
    const asked = upload('published.bin', bytes.length, true);
    const first = await provider.openUpload(asked, signal());
    await writeAt(first, bytes, 0, 1);
    await first.commit(signal());
    const second = await provider.resumeUpload(asked, first.state, signal());
    expect(second.offset).toBe(bytes.length);
    expect(await second.commit(signal())).toBe('chunks');
  });

  it('says unavailable when a block arrived changed, and takes it again', async () => {
    let changed = false;
    await using between = await meddled(async (exchange) => {
      if (changed || exchange.req.url?.includes('comp=block&') !== true) return exchange.forward();
      changed = true;
      exchange.body = Buffer.from(exchange.body.map((byte) => byte ^ 1));
      // The emulator notices too, and calls it InvalidOperation; this is what the service documents.
      expect(await exchange.forward(true)).toBe(400);
      return exchange.res.writeHead(400, { 'x-ms-error-code': 'Md5Mismatch' }).end();
    });
    const bytes = randomBytes(CHUNK + 1);
    const session = await between.provider.openUpload(upload('damaged.bin', bytes.length), signal());
    const error = await errorOf(writeAt(session, bytes, 0));
    expect([error.kind, error.message]).toEqual(['unavailable', expect.stringContaining('Md5Mismatch')]);
    expect(session.offset).toBe(0);
    await writeAll(session, bytes, CHUNK);
    await session.commit(signal());
    expect((await get(fixture(), 'damaged.bin')).equals(bytes)).toBe(true);
  });

  it('sends again what a commit of somebody else has discarded', async () => {
    const bytes = randomBytes(CHUNK * 2);
    const [mine, theirs] = [
      await provider.openUpload(upload('two.bin', bytes.length), signal()),
      await provider.openUpload(upload('two.bin', bytes.length), signal()),
    ];
    await writeAt(mine, bytes, 0, 1);
    await writeAt(theirs, bytes, 0, 1);
    await theirs.commit(signal());
    expect(await kindOf(mine.commit(signal()))).toBe('unavailable');
    expect(mine.offset).toBe(0);
    await writeAt(mine, bytes, 0, 1);
    expect(await mine.commit(signal())).toBe('chunks');
  });
});

describe('An upload that must not replace a blob', () => {
  it('is refused at once, by the put, and by the commit', async () => {
    await store('taken.bin', Buffer.from('first'));
    expect(await kindOf(provider.openUpload(upload('taken.bin', CHUNK * 2, true), signal()))).toBe('conflict');
    const whole = chunkOf(Buffer.from('second'));
    expect(await kindOf(provider.putWhole!(upload('taken.bin', 6, true), whole, signal()))).toBe('conflict');
    const bytes = randomBytes(CHUNK + 1);
    const late = await provider.openUpload(upload('late.bin', bytes.length, true), signal());
    await writeAll(late, bytes, CHUNK);
    await store('late.bin', Buffer.from('first'));
    expect(await kindOf(late.commit(signal()))).toBe('conflict');
    expect((await get(fixture(), 'late.bin')).toString()).toBe('first');
  });

  it('takes its own whole put for what it is when the answer was lost', async () => {
    await using between = await meddled(losing((_url, method) => method === 'PUT'));
    expect(await between.provider.putWhole!(upload('own.bin', 3, true), chunkOf(Buffer.from('own')), signal())).toBe('object');
  });
});

describe('An upload that is given up', () => {
  it('leaves no block behind where there was no blob', async () => {
    const session = await provider.openUpload(upload('dropped.bin', CHUNK * 2), signal());
    await writeAt(session, randomBytes(CHUNK * 2), 1);
    await session.abort(signal());
    expect(await getBlockList(azure, { bucket: BUCKET, key: 'dropped.bin' }, signal())).toBeUndefined();
  });

  it('touches neither a blob that is there, nor the blocks of another session', async () => {
    await store('kept.bin', Buffer.from('kept'));
    const session = await provider.openUpload(upload('kept.bin', CHUNK * 2), signal());
    await writeAt(session, randomBytes(CHUNK * 2), 0);
    await session.abort(signal());
    expect((await get(fixture(), 'kept.bin')).toString()).toBe('kept');

    const bytes = randomBytes(CHUNK * 2);
    const other = await provider.openUpload(upload('shared.bin', bytes.length), signal());
    await writeAt(other, bytes, 0, 1);
    const given = await provider.openUpload(upload('shared.bin', bytes.length), signal());
    await writeAt(given, bytes, 0);
    await given.abort(signal());
    expect(await other.commit(signal())).toBe('chunks');
  });

  it('drops blocks of other clients whose ids have another length, but not from under a blob', async () => {
    const strange = (key: string): Promise<unknown> =>
      azure.call(
        {
          name: 'Put Block',
          method: 'PUT',
          container: BUCKET,
          key,
          query: { comp: 'block', blockid: Buffer.from('0001').toString('base64') },
          body: Buffer.from('x'),
        },
        signal(),
      );
    await strange('strange.bin');
    const bytes = randomBytes(CHUNK + 1);
    const session = await provider.openUpload(upload('strange.bin', bytes.length), signal());
    await writeAll(session, bytes, CHUNK);
    expect(await session.commit(signal())).toBe('chunks');
    await strange('strange.bin').catch(() => undefined);
    await store('below.bin', Buffer.from('blob'));
    await strange('below.bin');
    expect(await kindOf(provider.openUpload(upload('below.bin', CHUNK * 2), signal()))).toBe('conflict');
  });
});

describe('A signed upload URL of Azure', () => {
  it('takes an upload that says x-ms-blob-type, and no other', async () => {
    const url = await provider.signUploadUrl({ bucket: BUCKET, key: 'signed ü.txt', expiresInSeconds: 60, contentType: 'text/plain' });
    const send = async (headers: Record<string, string>): Promise<number> => {
      const answer = await request(url, { method: 'PUT', headers: { 'content-type': 'text/plain', ...headers }, body: 'up' });
      await answer.body.dump();
      return answer.statusCode;
    };
    expect(await send({})).toBe(400);
    expect(await send({ 'x-ms-blob-type': 'BlockBlob' })).toBe(201);
    expect((await get(fixture(), 'signed ü.txt')).toString()).toBe('up');
  });
});
