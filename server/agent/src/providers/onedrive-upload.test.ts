import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defaultHttpLimits } from './http-limits.ts';
import { FRAGMENT_BYTES } from './onedrive-client.ts';
import { oneDriveProvider } from './onedrive.ts';
import type { Provider, UploadRequest, UploadSession } from './provider.ts';
import { loseAnswer } from './testing/fake-api.ts';
import { type FakeOneDrive, oneDriveServer } from './testing/onedrive-server.ts';
import { chunkOf, get, kindOf, signal, uploadOf, writeAll } from './testing/provider-tools.ts';

const bucket = 'OneDrive';
const CHUNK = FRAGMENT_BYTES * 2;
const bytes = randomBytes(CHUNK * 2 + FRAGMENT_BYTES + 77);
const asked: UploadRequest = uploadOf({ bucket, chunkSize: CHUNK }, 'dir/o.bin', bytes.length);
const PUT = 'PUT upload';

interface Bench extends AsyncDisposable {
  readonly server: FakeOneDrive;
  readonly provider: Provider;
  readonly open: (changes?: Partial<UploadRequest>) => Promise<UploadSession>;
}

async function bench(): Promise<Bench> {
  const server = await oneDriveServer();
  const account = { cloudType: CloudType.OneDrive, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
  const times = { againMs: 1, pollMs: 1, copyMs: 5 };
  const provider = oneDriveProvider({ ...account, tokens: server.tokens }, defaultHttpLimits, times);
  return {
    server,
    provider,
    open: (changes = {}) => provider.openUpload({ ...asked, ...changes }, signal()),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const write = (session: UploadSession): Promise<void> =>
  session.write(chunkOf(bytes.subarray(session.offset, session.offset + CHUNK), session.offset), signal());

const writeRest = (session: UploadSession): Promise<void> => writeAll(session, bytes, CHUNK);
const puts = ({ server }: Bench): number => server.seen.filter(({ method, url }) => method === 'PUT' && url.startsWith('/upload/')).length;

async function isThere({ provider }: Bench): Promise<boolean> {
  return (await get({ provider, bucket }, 'dir/o.bin')).equals(bytes);
}

describe('An upload session at OneDrive', () => {
  it('proves the whole object, also after an interruption', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first);
    await first.suspend();
    const second = await at.provider.resumeUpload(asked, first.state, signal());
    expect(second.offset).toBe(CHUNK);
    await writeRest(second);
    expect(await second.commit(signal())).toBe('object');
    expect(await isThere(at)).toBe(true);
  });

  it('proves the size only when the hash was stored at another place than where the session stands', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first);
    const { state } = first;
    await write(first);
    const second = await at.provider.resumeUpload(asked, state, signal());
    expect(second.offset).toBe(CHUNK * 2);
    await writeRest(second);
    expect(await second.commit(signal())).toBe('size');
  });

  it('shows no token to the upload address', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    await session.commit(signal());
    const shown = at.server.seen.filter(({ url }) => url.startsWith('/upload/')).map(({ headers }) => headers.authorization);
    expect(new Set(shown)).toEqual(new Set([undefined]));
  });

  it('does not send a fragment again whose answer got lost', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, loseAnswer);
    await write(session);
    expect(session.offset).toBe(CHUNK);
    await writeRest(session);
    expect(await session.commit(signal())).toBe('object');
    expect(puts(at)).toBe(4);
  });

  it('sends a fragment again that did not arrive', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, () => 'lost');
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.offset).toBe(0);
    await writeRest(session);
    expect(await session.commit(signal())).toBe('object');
  });

  it('asks where the session stands when a fragment is out of range', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, async (handle) => {
      await handle();
      return { status: 416, body: { error: { code: 'invalidRange' } } };
    });
    await write(session);
    expect(session.offset).toBe(CHUNK);
  });

  it('goes on where the next expected range starts, within a fragment', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, () => ({ status: 202, body: { nextExpectedRanges: [`${FRAGMENT_BYTES}-`] } }));
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.offset).toBe(FRAGMENT_BYTES);
  });

  it('goes back with the session, and gives up the hash then', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session);
    at.server.next(PUT, async () => ({ status: 202, body: { nextExpectedRanges: [`${FRAGMENT_BYTES}-${CHUNK}`, `${CHUNK}-`] } }));
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.offset).toBe(FRAGMENT_BYTES);
    expect(JSON.parse(session.state)).not.toHaveProperty('hash');
  });

  it('starts the hash again with the first byte', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session);
    at.server.sessions.fallBack();
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.offset).toBe(0);
    await writeRest(session);
    expect(await session.commit(signal())).toBe('object');
  });

  it('never skips what it has not sent', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, () => ({ status: 202, body: { nextExpectedRanges: [`${CHUNK * 2}-`] } }));
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.state).toBe('');
  });

  it('asks once more for a session that is not found', async () => {
    await using at = await bench();
    const first = await at.open();
    await write(first);
    at.server.next('GET upload', () => ({ status: 404, body: { error: { code: 'itemNotFound' } } }));
    expect((await at.provider.resumeUpload(asked, first.state, signal())).offset).toBe(CHUNK);
  });

  it('starts again when the session has expired', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session);
    at.server.sessions.expire();
    expect((await at.provider.resumeUpload(asked, session.state, signal())).offset).toBe(0);
    expect(await kindOf(write(session))).toBe('unavailable');
    expect(session.state).toBe('');
    const second = await at.provider.resumeUpload(asked, session.state, signal());
    await writeRest(second);
    expect(await second.commit(signal())).toBe('object');
  });

  it('asks what became of the last fragment whose answer got lost', async () => {
    await using at = await bench();
    const session = await at.open({ ifAbsent: true });
    await writeRest(session);
    at.server.next(PUT, loseAnswer);
    expect(await session.commit(signal())).toBe('object');
    expect(puts(at)).toBe(4);
    expect(await isThere(at)).toBe(true);
  });

  it('sends the last fragment again that did not arrive', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.next(PUT, () => 'lost');
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await session.commit(signal())).toBe('object');
  });

  it('writes again what the session has lost before the commit', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.sessions.fallBack();
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(session.offset).toBeLessThan(bytes.length);
    await writeRest(session);
    expect(await session.commit(signal())).toBe('size');
    expect(await isThere(at)).toBe(true);
  });

  it('does not take an older object for its own', async () => {
    await using at = await bench();
    at.server.tree.put('/dir/o.bin', Buffer.alloc(bytes.length), 'fail');
    const session = await at.open();
    await writeRest(session);
    at.server.sessions.expire();
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(session.state).toBe('');
  });

  it('does not overwrite what is to be absent', async () => {
    await using at = await bench();
    const session = await at.open({ ifAbsent: true });
    await writeRest(session);
    at.server.tree.put('/dir/O.bin', bytes, 'fail');
    expect(await kindOf(session.commit(signal()))).toBe('conflict');
    expect(await kindOf(at.open({ ifAbsent: true }))).toBe('conflict');
  });

  it('removes a copy with another hash', async () => {
    await using at = await bench();
    const session = await at.open();
    await writeRest(session);
    at.server.tree.keep = (whole) => Buffer.concat([whole.subarray(1), Buffer.of((whole[0] ?? 0) ^ 1)]);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await kindOf(at.provider.stat(bucket, 'dir/o.bin', signal()))).toBe('missing');
  });

  it('goes on with another token when one expires', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.expireTokens();
    await writeRest(session);
    at.server.tree.tellsHash = false;
    expect(await session.commit(signal())).toBe('size');
    expect(await isThere(at)).toBe(true);
  });

  it('passes on that OneDrive wants a pause', async () => {
    await using at = await bench();
    const session = await at.open();
    at.server.next(PUT, () => ({ status: 429, headers: { 'retry-after': '3' }, body: { error: { code: 'activityLimitReached' } } }));
    await expect(write(session)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 3000 });
    expect(session.offset).toBe(0);
  });

  it('ends a session that is given up, once', async () => {
    await using at = await bench();
    const session = await at.open();
    await write(session);
    await session.abort(signal());
    await session.abort(signal());
    expect(at.server.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('takes fragments of the right size at the right place only', async () => {
    await using at = await bench();
    expect(await kindOf(at.open({ chunkSize: FRAGMENT_BYTES + 1 }))).toBe('invalid');
    expect(await kindOf(at.open({ size: 0 }))).toBe('invalid');
    const session = await at.open();
    expect(await kindOf(session.write(chunkOf(bytes.subarray(0, 10)), signal()))).toBe('invalid');
    expect(await kindOf(session.write(chunkOf(bytes.subarray(0, CHUNK), CHUNK), signal()))).toBe('invalid');
  });

  it('takes no upload address that is none of HTTP', async () => {
    await using at = await bench();
    at.server.next('POST createUploadSession', () => ({ status: 200, body: { uploadUrl: 'ftp://elsewhere.example/' } }));
    expect(await kindOf(at.open())).toBe('invalid');
  });
});
