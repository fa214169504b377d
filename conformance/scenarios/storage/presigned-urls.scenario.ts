// Owns the story of presigned URLs: they work for whoever has them, without a token and without keys (cloud.md).
import type { Context } from '../../src/kit/check.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

async function downloadUrl(context: Context, forceToDownload: boolean): Promise<{ url: string; bytes: Buffer }> {
  const { given, expect, name } = context;
  const api = await given.session();
  const storage = await given.storage();
  const bytes = given.bytes(70_000);
  const key = await stored(storage, `${name('object')} with space.bin`, bytes);
  const url = await api.ok('generateDownloadUrl', {
    body: { cloudAccount: { id: storage.account.id }, storageName: storage.source, key, expireHours: 1, forceToDownload },
  });
  expect.that(typeof url === 'string' && URL.canParse(url), 'the answer is a URL', typeof url);
  expect.that(!url.includes(storage.secretKey), 'the URL does not show the secret key');
  return { url, bytes };
}

export const scenarios = [
  scenario(
    'cloud.presigned.download',
    {
      title: 'A presigned download URL gives the bytes to a bare HTTP client',
      controller: 'Cloud',
      operations: ['generateDownloadUrl'],
      proves: ['CLOUD-URL-001', 'CLOUD-URL-007'],
    },
    async (context) => {
      const { url, bytes } = await downloadUrl(context, false);
      const answer = await context.request({ method: 'GET', url });
      context.expect.equal(answer.status, 200, 'the URL answers 200');
      context.expect.equal(sha256(answer.bytes), sha256(bytes), 'the bytes are those of the object (SHA-256)');
    },
  ),
  scenario(
    'cloud.presigned.force-to-download',
    {
      title: 'With forceToDownload the object is served as an attachment',
      controller: 'Cloud',
      operations: ['generateDownloadUrl'],
      proves: ['CLOUD-URL-002'],
    },
    async (context) => {
      const { url } = await downloadUrl(context, true);
      const answer = await context.request({ method: 'GET', url });
      context.expect.equal(answer.status, 200, 'the URL answers 200');
      context.expect.that(
        (answer.headers['content-disposition'] ?? '').startsWith('attachment'),
        'Content-Disposition is attachment',
        answer.headers['content-disposition'],
      );
    },
  ),
  scenario(
    'cloud.presigned.upload',
    {
      title: 'A presigned upload URL takes the bytes of a bare HTTP client',
      controller: 'Cloud',
      operations: ['generateUploadUrl'],
      proves: ['CLOUD-URL-003', 'CLOUD-URL-007'],
    },
    async ({ given, expect, name, request }) => {
      const api = await given.session();
      const storage = await given.storage();
      const [key, bytes, contentType] = [`${name('uploaded')}.bin`, given.bytes(70_000), 'application/x-click-conformance'];
      const url = await api.ok('generateUploadUrl', {
        body: { cloudAccount: { id: storage.account.id }, storageName: storage.target, key, expireHours: 1, contentType },
      });
      const answer = await request({ method: 'PUT', url, headers: { 'content-type': contentType }, body: bytes });
      expect.that(answer.status >= 200 && answer.status < 300, 'the URL takes a PUT with the agreed Content-Type', answer.status);
      expect.equal(await storage.objects.sha256(storage.target, key), sha256(bytes), 'the stored bytes are those that were sent (SHA-256)');
    },
  ),
  scenario(
    'cloud.presigned.upload-content-type',
    {
      title: 'A presigned upload URL refuses another Content-Type than the agreed one',
      controller: 'Cloud',
      operations: ['generateUploadUrl'],
      level: 'SHOULD',
      proves: ['CLOUD-URL-006'],
    },
    async ({ given, expect, name, request }) => {
      const api = await given.session();
      const storage = await given.storage();
      const key = `${name('refused')}.bin`;
      const url = await api.ok('generateUploadUrl', {
        body: { cloudAccount: { id: storage.account.id }, storageName: storage.target, key, expireHours: 1, contentType: 'image/png' },
      });
      const answer = await request({ method: 'PUT', url, headers: { 'content-type': 'text/plain' }, body: given.bytes(10) });
      expect.that(answer.status >= 400 && answer.status < 500, 'the PUT is refused', answer.status);
      expect.that(!(await storage.objects.has(storage.target, key)), 'nothing was stored');
    },
  ),
  scenario(
    'cloud.presigned.mail',
    {
      title: 'Send Download URL takes a request for an object that is there',
      controller: 'Cloud',
      operations: ['sendDownloadUrl'],
      proves: ['CLOUD-URL-004'],
    },
    async ({ given, expect, name }) => {
      const api = await given.session();
      const storage = await given.storage();
      const key = await stored(storage, `${name('mailed')}.bin`, given.bytes(10));
      const { status } = await api.call('sendDownloadUrl', {
        body: {
          email: 'click-conformance@example.com',
          cloudAccountId: storage.account.id,
          storageName: storage.source,
          key,
          expireHours: 1,
          note: 'Conformance run',
        },
      });
      expect.equal(status, 200, 'Send Download URL answers 200');
    },
  ),
];
