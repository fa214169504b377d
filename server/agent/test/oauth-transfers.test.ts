// Whole-agent tests of transfers with an account that was linked by OAuth, whose tokens expire or are taken back while bytes move.
import { ObjectType } from '@click-kit/contract';
import { expect, it } from 'vitest';
import { dropboxServer } from '../src/providers/testing/dropbox-server.ts';
import { dropbox } from '../src/providers/oauth-vendors.ts';
import { fakeVendor, json } from '../src/providers/testing/oauth-vendor.ts';
import { agent } from './agent.ts';
import { bodyOf } from './answers.ts';
import { progressOf, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { forTest } from './lifetime.ts';
import { localFiles, sha256 } from './local-files.ts';

const MiB = 1024 * 1024;
const redirectURL = 'http://localhost:3000/oauth/dropbox';

/** An agent, and a Dropbox behind a gate that takes the tokens which its token endpoint gave out last. */
async function stage() {
  const [vendor, api] = [await fakeVendor(dropbox), await dropboxServer()];
  for (const server of [vendor, api]) forTest(async () => server[Symbol.asyncDispose]());
  const way = await gate(api.url, 'to-server', 6 * MiB);
  const grants = { allowed: true, given: 0 };
  let token = '';
  for (let n = 0; n < 100; n += 1) {
    vendor.next('token', async (request, response) => {
      request.resume();
      if (!grants.allowed) return json(response, 400, { error: 'invalid_grant' });
      token = await api.tokens.get(AbortSignal.timeout(1000), token);
      grants.given += 1;
      json(response, 200, { access_token: token, token_type: 'bearer', expires_in: 3600, refresh_token: `refresh-${grants.given}` });
    });
  }
  const { clientId, clientSecret, authorizeUrl, tokenUrl } = vendor.app;
  const running = await agent({
    chunkBytes: 4 * MiB,
    dropboxClientId: clientId,
    dropboxClientSecret: clientSecret,
    dropboxAuthorizeUrl: authorizeUrl,
    dropboxTokenUrl: tokenUrl,
    dropboxApiUrl: way.url,
  });
  const click = await running.signIn();
  const link = async (): Promise<string> => {
    const url = await bodyOf(click.POST('/cloud/generate_dropbox_authorization_url', { body: { redirectURL, cloudName: 'Box of drops' } }));
    const { state, code } = await vendor.visit(url);
    return (await bodyOf(click.POST('/cloud/dropbox_authorization_callback', { body: { state, code, redirectURL } }))).id;
  };
  return { running, api, way, grants, click, link };
}

it(
  'an upload outlives a token that expires, and waits for a new link when the authorization is taken back',
  { timeout: 60_000 },
  async () => {
    const { running, api, way, grants, click, link } = await stage();
    const notifications = await recordNotifications(running.url);
    const files = await localFiles();
    const bytes = await files.write('film.bin', 24 * MiB + 5);
    const id = await link();
    const place = { cloudAccount: { id }, storageName: 'Dropbox' };
    const upload = { ...place, uploadPath: 'up', localFilePath: files.path('film.bin') };
    const { transferId } = await bodyOf(click.POST('/cloud/upload_object', { body: upload }));
    const last = (of = transferId) => progressOf(notifications, of).at(-1);

    await way.holding();
    const before = grants.given;
    api.expireTokens();
    way.allow(9 * MiB);
    await expect.poll(() => grants.given, { timeout: 10_000 }).toBe(before + 1);
    await way.holding();
    expect(last()).toMatchObject({ Status: 'InProgress', Error: null });

    grants.allowed = false;
    api.expireTokens();
    way.release();
    await expect.poll(() => last()?.Error, { timeout: 15_000 }).toMatch(/^Waiting until the credentials.*Link it again/);
    expect(last()?.Status).toBe('InProgress');

    grants.allowed = true;
    expect(await link()).toBe(id);
    await expect.poll(() => last()?.Status, { timeout: 30_000 }).toBe('Completed');
    expect(last()?.Error).toBeNull();
    const download = { ...place, objectKey: 'up/film.bin', downloadPath: files.path('down'), objectType: ObjectType.File };
    const back = await bodyOf(click.POST('/cloud/download_object', { body: download }));
    await expect.poll(() => last(back.transferId)?.Status, { timeout: 15_000 }).toBe('Completed');
    expect(sha256(await files.read('down/film.bin'))).toBe(sha256(bytes));
  },
);
