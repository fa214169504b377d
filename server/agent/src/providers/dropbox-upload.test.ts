import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from './dropbox-client.ts';
import { dropboxProvider } from './dropbox.ts';
import type { ChunkAck, Provider, UploadRequest, UploadSession } from './provider.ts';
import { type FakeDropbox, dropboxServer } from './testing/dropbox-server.ts';
import { loseAnswer } from './testing/fake-api.ts';
import { chunkOf, errorOf, get, kindOf, signal, uploadOf } from './testing/provider-tools.ts';

const bucket = 'Dropbox';
const CHUNK = BLOCK_BYTES * 2;
const bytes = randomBytes(CHUNK * 2 + BLOCK_BYTES + 77);
const asked: UploadRequest = { ...uploadOf({ bucket, chunkSize: CHUNK }, 'dir/o.bin', bytes.length) };
const OFFSETS = [0, CHUNK, CHUNK * 2];
const APPEND = 'files/upload_session/append_v2';
const FINISH = 'files/upload_session/finish';

interface Bench extends AsyncDisposable {
  readonly server: FakeDropbox;
  readonly provider: Provider;
  readonly open: (changes?: Partial<UploadRequest>) => Promise<UploadSession>;
}

async function bench(): Promise<Bench> {
  const server = await dropboxServer();
  const account = { cloudType: CloudType.Dropbox, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
  const provider = dropboxProvider({ ...account, tokens: server.tokens });
  return {
    server,
    provider,
    open: (changes = {}) => provider.openUpload({ ...asked, ...changes }, signal()),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const write = (session: UploadSession, offset: number): Promise<void> =>
  session.write(chunkOf(bytes.subarray(offset, offset + CHUNK), offset), signal());

async function writeRest(session: UploadSession): Promise<void> {
  for (const offset of OFFSETS) if (session.anyOrder?.holds(offset) !== true) await write(session, offset);
}

const acksOf = (session: UploadSession): readonly ChunkAck[] => session.anyOrder?.takeAcks() ?? [];
const sent = ({ server }: Bench, name: string): number => server.seen.filter(({ url }) => url.endsWith(name)).length;

async function isThere({ provider }: Bench): Promise<boolean> {
  return (await get({ provider, bucket }, 'dir/o.bin')).equals(bytes);
}

describe('An upload session at Dropbox', () => {
  it('takes chunks in any order and several at once, and proves the whole object', async () => {
    await using at = await bench();
    const session = await at.open();
    await Promise.all(OFFSETS.toReversed().map((offset) => write(session, offset)));
    expect(session.offset).toBe(bytes.length);
    expect(await session.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it('goes on after an interruption with the acks alone, and proves the whole object then, too', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first, CHUNK);
    await write(first, CHUNK * 2);
    const acks = acksOf(first);
    expect(acks.map(({ offset, length }) => [offset, length])).toEqual([[CHUNK, CHUNK]]);
    expect(acksOf(first)).toEqual([]);
    const second = await at.provider.resumeUpload(asked, first.state, signal(), acks);
    expect(OFFSETS.map((offset) => second.anyOrder?.holds(offset))).toEqual([false, true, false]);
    await writeRest(second);
    expect(await second.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it('does not take acks for true that are not of this upload', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first, 0);
    const [ack] = acksOf(first);
    const bad = [
      { ...ack, proof: '' },
      { ...ack, offset: 5 },
      { ...ack, length: 5 },
    ] as ChunkAck[];
    expect((await at.provider.resumeUpload(asked, first.state, signal(), bad)).offset).toBe(0);
    const other = { ...asked, chunkSize: BLOCK_BYTES };
    expect((await at.provider.resumeUpload(other, first.state, signal(), [ack] as ChunkAck[])).offset).toBe(0);
    expect((await at.provider.resumeUpload(asked, 'no state', signal(), [ack] as ChunkAck[])).offset).toBe(0);
  });

  it('starts again when the session has expired', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first, 0);
    at.server.sessions.expire();
    const second = await at.provider.resumeUpload(asked, first.state, signal(), acksOf(first));
    expect(second.offset).toBe(0);
    await writeRest(second);
    expect(await second.commit(signal())).toBe('object');
  });

  it('has no state any more when the session expires under it', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session, 0);
    at.server.sessions.expire();
    expect(await kindOf(write(session, CHUNK))).toBe('unavailable');
    expect(session.state).toBe('');
    expect((await at.provider.resumeUpload(asked, session.state, signal(), acksOf(session))).offset).toBe(0);
  });

  it('sends a chunk again whose answer got lost', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(APPEND, loseAnswer);
    expect(await kindOf(write(session, 0))).toBe('unavailable');
    expect(session.anyOrder?.holds(0)).toBe(false);
    await writeRest(session);
    expect(await session.commit(signal())).toBe('object');
  });

  it('fails, at a store that refuses it, when other bytes are sent for an offset', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session, 0);
    await write(session, 0);
    const others = chunkOf(randomBytes(CHUNK), 0);
    expect(await errorOf(session.write(others, signal()))).toMatchObject({ kind: 'invalid', message: expect.stringContaining('400') });
    await writeRest(session);
    await write(session, 0);
    expect(await session.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it.each([
    [CHUNK, 'does not send what has arrived', 1],
    [BLOCK_BYTES, 'sends the rest of what has arrived in part', 2],
  ])('%s: %s when it is told another offset', async (correct_offset, _title, appends) => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(APPEND, async (handle) => {
      await handle();
      return { status: 409, body: { error_summary: 'incorrect_offset/..', error: { '.tag': 'incorrect_offset', correct_offset } } };
    });
    await write(session, 0);
    expect(sent(at, APPEND)).toBe(appends);
  });

  it.each([0, 5])('gives up a session that goes back to %i', async (correct_offset) => {
    await using at = await bench();
    const session = await at.open();
    const error = { '.tag': 'incorrect_offset', correct_offset };
    at.server.next(APPEND, () => ({ status: 409, body: { error_summary: 'incorrect_offset/..', error } }));
    expect(await kindOf(write(session, 0))).toBe('unavailable');
    expect(session.state).toBe('');
  });

  it('asks what became of a finish whose answer got lost', async () => {
    await using at = await bench();
    const session = await at.open({ ifAbsent: true });
    await writeRest(session);
    at.server.next(FINISH, loseAnswer);
    expect(await session.commit(signal())).toBe('object');
    expect(sent(at, FINISH)).toBe(1);
  });

  it('finishes again what did not arrive', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.next(FINISH, () => 'lost');
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    const appends = sent(at, APPEND);
    expect(await session.commit(signal())).toBe('object');
    expect([sent(at, APPEND), sent(at, FINISH)]).toEqual([appends, 2]);
  });

  it('finds its object when the answer to the finish and the process got lost', async () => {
    await using at = await bench();
    const first = await at.open({ ifAbsent: true });
    await writeRest(first);
    at.server.next(FINISH, () => 'lost');
    expect(await kindOf(first.commit(signal()))).toBe('unavailable');
    const second = await at.provider.resumeUpload({ ...asked, ifAbsent: true }, first.state, signal(), acksOf(first));
    await writeRest(second);
    // Closed already: nothing more is appended.
    expect(await second.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it('closes once more when the answer to that got lost', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.next(APPEND, loseAnswer);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await session.commit(signal())).toBe('object');
  });

  it('does not overwrite what is to be absent', async () => {
    await using at = await bench();
    const session = await at.open({ ifAbsent: true });
    await writeRest(session);
    at.server.tree.commit({ path: '/dir/O.bin', mode: 'overwrite' }, bytes);
    expect(await kindOf(session.commit(signal()))).toBe('conflict');
  });

  it('starts again when Dropbox misses a piece that it had', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.sessions.forget(CHUNK);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(session.state).toBe('');
  });

  it('removes a copy with another hash', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.tree.keep = (whole) => Buffer.concat([whole.subarray(1), Buffer.of(0)]);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await kindOf(at.provider.stat(bucket, 'dir/o.bin', signal()))).toBe('missing');
  });

  it('goes on with another token when one expires', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session, 0);
    at.server.expireTokens();
    await writeRest(session);
    expect(await session.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it('passes on that Dropbox wants a pause', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(APPEND, () => ({ status: 429, headers: { 'retry-after': '3' }, body: { error_summary: 'too_many_requests/..' } }));
    await expect(write(session, 0)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 3000 });
  });

  it('takes chunks of whole blocks only', async () => {
    await using at = await bench();
    expect(await kindOf(at.open({ chunkSize: BLOCK_BYTES + 1 }))).toBe('invalid');
    const session = await at.open();
    expect(await kindOf(session.write(chunkOf(bytes.subarray(0, 10)), signal()))).toBe('invalid');
  });

  it('takes an object that ends with a block', async () => {
    await using at = await bench();
    const session = await at.open({ size: CHUNK * 2 });
    await write(session, 0);
    await session.write(chunkOf(bytes.subarray(CHUNK, CHUNK * 2), CHUNK), signal());
    expect(await session.commit(signal())).toBe('object');
    expect((await get({ provider: at.provider, bucket }, 'dir/o.bin')).equals(bytes.subarray(0, CHUNK * 2))).toBe(true);
  });
});
