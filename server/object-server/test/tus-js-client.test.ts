import { randomBytes } from 'node:crypto';
import { Upload, type UploadOptions } from 'tus-js-client';
import { expect, test } from 'vitest';
import { AUTHORIZATION, startFixture } from './fixture.ts';

const MIB = 1024 * 1024;

/** Runs an upload of the independent client until it succeeds, fails, or `stopAt` bytes were accepted. */
async function run(content: Buffer, options: Partial<UploadOptions>, stopAt = Infinity): Promise<string> {
  return await new Promise((resolve, reject) => {
    const upload: Upload = new Upload(content, {
      chunkSize: MIB,
      retryDelays: [0, 50],
      headers: { Authorization: AUTHORIZATION },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
      onChunkComplete: (_, accepted) => {
        if (accepted >= stopAt) void upload.abort().then(() => resolve(upload.url ?? ''), reject);
      },
      ...options,
    });
    upload.start();
  });
}

test('tus-js-client uploads in chunks and in one piece', async () => {
  const fixture = await startFixture();
  const content = randomBytes(5 * MIB + 17);
  for (const chunkSize of [MIB, Infinity]) {
    await run(content, { endpoint: `${fixture.server.url}/bucket/js-${chunkSize}`, chunkSize, metadata: { filetype: 'video/mp4' } });
    const got = await fixture.call('GET', `/bucket/js-${chunkSize}`);
    expect(got.body.equals(content)).toBe(true);
    expect(got.headers['content-type']).toBe('video/mp4');
  }
});

test('tus-js-client resumes after a restart of the server', async () => {
  const first = await startFixture();
  const content = randomBytes(6 * MIB);
  const uploadUrl = await run(content, { endpoint: `${first.server.url}/bucket/resumed` }, 2 * MIB);
  await first.server.close();
  const second = await startFixture({ dataDir: first.dataDir });
  const moved = uploadUrl.replace(first.server.url, second.server.url);
  const offsets: number[] = [];
  await run(content, { uploadUrl: moved, onBeforeRequest: (req) => void offsets.push(Number(req.getHeader('Upload-Offset') ?? NaN)) });
  expect(offsets.find((offset) => !Number.isNaN(offset))).toBeGreaterThanOrEqual(2 * MIB);
  expect((await second.call('GET', '/bucket/resumed')).body.equals(content)).toBe(true);
});

test('tus-js-client terminates an upload', async () => {
  const fixture = await startFixture();
  const url = await run(randomBytes(3 * MIB), { endpoint: `${fixture.server.url}/bucket/gone` }, MIB);
  await Upload.terminate(url, { headers: { Authorization: AUTHORIZATION } });
  expect(await fixture.files('uploads')).toEqual([]);
});
