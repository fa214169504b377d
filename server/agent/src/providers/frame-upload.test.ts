import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { frameProvider } from './frame.ts';
import type { Provider, UploadRequest, UploadSession } from './provider.ts';
import { frameServer, type FrameServer } from './testing/frame-server.ts';
import { chunkOf, errorOf, get, kindOf, signal, writeAll } from './testing/provider-tools.ts';

const PART = 10_000;
const SIZE = PART * 3 + 77;

function providerOf(server: FrameServer, accessKey = '', assemblyMs = 2000): Provider {
  const account = { cloudType: 32, region: '', endpoint: `${server.url}/v2`, accessKey, secretKey: server.token, serviceUrl: '' };
  return frameProvider(account, { lookMs: 1, assemblyMs });
}

const asked = (server: FrameServer, key: string, size = SIZE, ifAbsent = false): UploadRequest => ({
  bucket: server.project,
  key,
  size,
  contentType: 'video/mp4',
  chunkSize: PART,
  ifAbsent,
});

async function writeAt(session: UploadSession, bytes: Buffer, ...indexes: number[]): Promise<void> {
  const { chunkSize = 0 } = session;
  await Promise.all(
    indexes.map((index) => session.write(chunkOf(bytes.subarray(index * chunkSize, (index + 1) * chunkSize), index * chunkSize), signal())),
  );
}

async function stored(server: FrameServer, provider: Provider, key: string, bytes: Buffer): Promise<void> {
  const session = await provider.openUpload(asked(server, key, bytes.length), signal());
  await writeAll(session, bytes, PART);
  await session.commit(signal());
}

describe('An upload to Frame.io', () => {
  it('cuts as many equal parts as there are addresses, and sends them in any order, without the token', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    const bytes = randomBytes(SIZE);
    const session = await provider.openUpload(asked(server, 'a/b/clip.mov'), signal());
    expect(session.chunkSize).toBe(Math.ceil(SIZE / 4));
    await writeAt(session, bytes, 3, 1, 2, 0);
    expect(session.anyOrder?.takeAcks()).toHaveLength(3);
    expect(await kindOf(provider.stat(server.project, 'a/b/clip.mov', signal()))).toBe('missing');
    expect(await session.commit(signal())).toBe('size');
    expect((await get({ provider, bucket: server.project }, 'a/b/clip.mov')).equals(bytes)).toBe(true);
    const elsewhere = server.seen.filter(({ url }) => !url.startsWith('/v2/'));
    expect(elsewhere.length).toBeGreaterThan(4);
    expect(elsewhere.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('resumes with the parts that were acknowledged, and sends the last one again', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    const bytes = randomBytes(SIZE);
    const first = await provider.openUpload(asked(server, 'clip.mov'), signal());
    await writeAt(first, bytes, 0, 2, 3);
    const acks = first.anyOrder?.takeAcks() ?? [];
    await first.suspend();
    const second = await provider.resumeUpload(asked(server, 'clip.mov'), first.state, signal(), acks);
    const { chunkSize = 0 } = second;
    expect([0, 1, 2, 3].map((index) => second.anyOrder?.holds(index * chunkSize))).toEqual([true, false, true, false]);
    await writeAt(second, bytes, 1, 3);
    await second.commit(signal());
    expect((await get({ provider, bucket: server.project }, 'clip.mov')).equals(bytes)).toBe(true);
  });

  it('opens anew what was given up, and what has addresses that are good no longer', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    const first = await provider.openUpload(asked(server, 'clip.mov'), signal());
    await first.abort(signal());
    await first.abort(signal());
    expect([...server.assets.values()]).toEqual([]);
    const second = await provider.resumeUpload(asked(server, 'clip.mov'), first.state, signal());
    expect([second.offset, second.state === first.state]).toEqual([0, false]);

    const late = second.state.replaceAll('20990101', '20200101');
    const third = await provider.resumeUpload(asked(server, 'clip.mov'), late, signal());
    expect(third.state).not.toBe(second.state);
    expect(server.assets.size).toBe(1);
  });

  it('says unavailable, and nothing about credentials, when the address of a part is refused', async () => {
    await using server = await frameServer(PART);
    const session = await providerOf(server).openUpload(asked(server, 'clip.mov'), signal());
    server.expire();
    const error = await errorOf(writeAt(session, randomBytes(SIZE), 0));
    expect([error.kind, error.message]).toEqual(['unavailable', expect.stringContaining('has expired')]);
    expect(error.message).not.toMatch(/Signature/);
  });

  it('waits until Frame.io has put the file together, but not for ever', async () => {
    await using server = await frameServer(PART);
    server.looks = 5;
    await stored(server, providerOf(server), 'clip.mov', randomBytes(SIZE));
    const session = await providerOf(server, '', 1).openUpload(asked(server, 'late.mov'), signal());
    server.looks = 1e9;
    await writeAll(session, randomBytes(SIZE), PART);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    server.looks = 0;
    expect(await session.commit(signal())).toBe('size');
  });

  it('settles a lost answer to the last part by asking', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    const bytes = randomBytes(PART);
    const session = await provider.openUpload(asked(server, 'clip.mov', bytes.length), signal());
    await writeAll(session, bytes, PART);
    server.next(
      ({ method }) => method === 'PUT',
      (req, res) => void req.resume().on('end', () => res.destroy()),
    );
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await session.commit(signal())).toBe('size');
    expect(await session.commit(signal())).toBe('size');
    expect((await get({ provider, bucket: server.project }, 'clip.mov')).equals(bytes)).toBe(true);
  });

  it('replaces the file of the name only once the new one is there, or refuses to', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    await stored(server, provider, 'clip.mov', Buffer.from('first'));
    const session = await provider.openUpload(asked(server, 'clip.mov', 6), signal());
    await writeAll(session, Buffer.from('second'), PART);
    expect((await get({ provider, bucket: server.project }, 'clip.mov')).toString()).toBe('first');
    await session.commit(signal());
    expect((await get({ provider, bucket: server.project }, 'clip.mov')).toString()).toBe('second');
    expect(server.assets.size).toBe(1);
    expect(await kindOf(provider.openUpload(asked(server, 'clip.mov', 6, true), signal()))).toBe('conflict');
  });

  it('makes a new folder once for uploads at the same time', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    await Promise.all(['a', 'b', 'c'].map((name) => provider.openUpload(asked(server, `new/deep/${name}.mov`, 5), signal())));
    expect([...server.assets.values()].filter(({ type }) => type === 'folder')).toHaveLength(2);
  });

  it('refuses files without bytes or name, and parts of a wrong length', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    expect(await kindOf(provider.openUpload(asked(server, 'empty.mov', 0), signal()))).toBe('invalid');
    expect(await kindOf(provider.openUpload(asked(server, 'folder/'), signal()))).toBe('invalid');
    const session = await provider.openUpload(asked(server, 'clip.mov'), signal());
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(PART)), signal()))).toBe('invalid');
    expect(await kindOf(session.commit(signal()))).toBe('invalid');
  });
});

describe('An account of Frame.io', () => {
  it('is narrowed to a team by its access key', async () => {
    await using server = await frameServer(PART);
    for (const accessKey of ['', 'account', 'The team'])
      expect(await providerOf(server, accessKey).listBuckets({ includeRegion: true }, signal())).toHaveLength(1);
    expect(await kindOf(providerOf(server, 'another').listBuckets({ includeRegion: true }, signal()))).toBe('missing');
  });

  it('gives out addresses for downloads, and explains that there are none for uploads', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    await stored(server, provider, 'clip.mov', Buffer.from('bytes'));
    const named = { bucket: server.project, key: 'clip.mov', expiresInSeconds: 60 };
    const answer = await request(await provider.signDownloadUrl({ ...named, forceToDownload: true }));
    expect(await answer.body.text()).toBe('bytes');
    const error = await errorOf(provider.signUploadUrl({ ...named, contentType: '' }));
    expect([error.kind, error.message]).toEqual(['invalid', expect.stringContaining('through the agent')]);
  });

  it('tells what is to wait from what is to be changed', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    server.next(
      () => true,
      (_req, res) => void res.writeHead(429, { 'retry-after': '3' }).end(),
    );
    const error = await errorOf(provider.verify(signal()));
    expect([error.kind, error.retryAfterMs]).toEqual(['throttled', 3000]);
    expect(() => providerOf({ ...server, token: '' })).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
  });

  it('lists beyond a page of the vendor, and removes a folder only when it is empty', async () => {
    await using server = await frameServer(PART);
    const provider = providerOf(server);
    for (let n = 0; n < 53; n++) await provider.createFolder(server.project, `many/${String(n).padStart(2, '0')}/`, signal());
    const query = { bucket: server.project, prefix: 'many/', delimiter: '/', continuationToken: '', count: 1000 } as const;
    const { objects } = await provider.listObjects(query, signal());
    expect(objects).toHaveLength(53);
    const below = await provider.listObjects({ ...query, prefix: 'many/0', delimiter: '' }, signal());
    expect(below.objects.map(({ key }) => key).slice(0, 2)).toEqual(['many/00/', 'many/01/']);
    expect(await kindOf(provider.remove(server.project, 'many/', signal()))).toBe('conflict');
    await provider.remove(server.project, 'many/00/', signal());
    expect(await kindOf(providerOf(server).remove(server.project, 'many/00/', signal()))).toBe('missing');
  });
});
