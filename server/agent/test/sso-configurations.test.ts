// Whole-agent tests of single sign-on configurations: one of each provider and account, whole or not at all, secrets kept.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schema } from '@click-kit/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { identity } from './sso/certificate.ts';

const lifetime = forGroup();
let running: TestAgent;
let admin: SignedIn;
let stranger: SignedIn;
const secret = 'oidc-canary-secret-3141';
const oidc = { ClientId: 'client', ClientSecret: secret, OpenIdURL: 'https://login.example.com/v2.0', Active: true };
const { certificate } = identity();
const saml = { Certificate: certificate, SPEntityId: 'urn:example:click', IdPSSOURL: 'https://idp.example.com/sso', Active: true };
const unknownId = '11111111-2222-4333-8444-555555555555';

beforeAll(async () => {
  running = await agent({}, lifetime);
  admin = await running.signIn();
  stranger = await running.signIn('owner@example.org');
}, 60_000);

beforeEach(async () => {
  for (const click of [admin, stranger]) {
    await click.DELETE('/sso/delete_okta');
    await click.DELETE('/sso/delete_entraId');
    await click.DELETE('/sso/delete_saml');
  }
});

const setupOkta = (click: SignedIn, body: Partial<typeof oidc> = oidc) =>
  click.POST('/sso/setup_okta', { body: body as Schema<'SetupOidcSSORequest'> });
const setupSaml = (click: SignedIn, body: Partial<typeof saml> = saml) =>
  click.POST('/sso/setup_saml', { body: body as Schema<'SetupSamlSSORequest'> });
const getOkta = async (click: SignedIn) => (await click.GET('/sso/get_okta')).data;

describe.each(['okta', 'entraId'] as const)('the configuration of %s', (kind) => {
  it('is null, is set up once, is answered with an obfuscated secret, is changed, and is removed once', async () => {
    const get = async () => (await admin.GET(`/sso/get_${kind}`)).data;
    expect(await get()).toBeNull();
    const saved = await bodyOf(admin.POST(`/sso/setup_${kind}`, { body: oidc }));
    expect(saved).toEqual({ ...oidc, Id: expect.any(String), ClientSecret: '********3141' });
    expect(await get()).toEqual(saved);
    expect(await refusalOf(admin.POST(`/sso/setup_${kind}`, { body: oidc }))).toMatchObject({ status: 499, code: 'DUPLICATE' });
    const changed = await bodyOf(
      admin.PUT(`/sso/update_${kind}`, { body: { ...saved, ClientSecret: saved.ClientSecret ?? '', Active: false } }),
    );
    expect(changed).toEqual({ ...saved, Active: false });
    expect(await get()).toEqual(changed);
    const removed = await admin.DELETE(`/sso/delete_${kind}`);
    expect([removed.response.status, await removed.response.text()]).toEqual([200, '']);
    expect(await get()).toBeNull();
    expect(await refusalOf(admin.DELETE(`/sso/delete_${kind}`))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});

describe('the configuration of SAML', () => {
  it('is null, is set up once, is answered as it was sent, is changed, and is removed once', async () => {
    const get = async () => (await admin.GET('/sso/get_saml')).data;
    expect(await get()).toBeNull();
    const saved = await bodyOf(setupSaml(admin));
    expect(saved).toEqual({ ...saml, Certificate: certificate.trim(), Id: expect.any(String) });
    expect(await refusalOf(setupSaml(admin))).toMatchObject({ status: 499, code: 'DUPLICATE' });
    const changed = await bodyOf(admin.PUT('/sso/update_saml', { body: { Id: saved.Id, SPEntityId: 'urn:example:other' } }));
    expect(changed).toEqual({ ...saved, SPEntityId: 'urn:example:other' });
    expect(await get()).toEqual(changed);
    expect((await admin.DELETE('/sso/delete_saml')).response.status).toBe(200);
    expect(await get()).toBeNull();
    expect(await refusalOf(admin.DELETE('/sso/delete_saml'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('takes a certificate in bare Base64', async () => {
    const bare = certificate.replaceAll(/-----[^-]+-----|\n/g, '');
    expect(await bodyOf(setupSaml(admin, { ...saml, Certificate: bare }))).toMatchObject({ Certificate: bare });
  });

  it.each([
    ['a description', 'string (X.509 .crt contents)'],
    ['something else in Base64', Buffer.from('no certificate').toString('base64')],
    ['a private key', identity().privateKey],
    ['two certificates', certificate + identity().certificate],
    ['a key that is too short', identity('short.example.com', 1024).certificate],
    ['a certificate that is cut off', `${certificate.slice(0, 400)}\n-----END CERTIFICATE-----\n`],
  ])('refuses %s as a certificate', async (_what, Certificate) => {
    const { status, code, message } = await refusalOf(setupSaml(admin, { ...saml, Certificate }));
    expect([status, code]).toEqual([499, 'DEFAULT']);
    expect(message).toContain('Certificate');
    expect((await admin.GET('/sso/get_saml')).data).toBeNull();
  });
});

describe('what is configured', () => {
  it('is active unless the request says otherwise', async () => {
    const { Active: _active, ...silent } = oidc;
    expect(await bodyOf(setupOkta(admin, silent))).toMatchObject({ Active: true });
    expect(await bodyOf(setupSaml(admin, { ...saml, Active: false }))).toMatchObject({ Active: false });
  });

  it.each([
    'http://idp.example.com/',
    'ftp://idp.example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:pass@idp.example.com/',
    'https://idp.example.com/#x',
    'https://idp.example.com/?x=y',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'no url',
    '  ',
    'https://idp.example.com\\@localhost/',
  ])('does not have %j as its OpenIdURL', async (OpenIdURL) => {
    const { status, code, message } = await refusalOf(setupOkta(admin, { ...oidc, OpenIdURL }));
    expect([status, code]).toEqual([499, 'DEFAULT']);
    expect(message).toContain('OpenIdURL');
    expect(await getOkta(admin)).toBeNull();
  });

  it.each(['common', 'organizations', 'consumers', 'Common'])('is no tenant of Entra ID that is open to anybody: %s', async (tenant) => {
    const body = { ...oidc, OpenIdURL: `https://login.microsoftonline.com/${tenant}/v2.0` };
    expect(await refusalOf(admin.POST('/sso/setup_entraId', { body }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('needs its fields, in clear and within bounds', async () => {
    for (const field of ['ClientId', 'ClientSecret', 'OpenIdURL'] as const) {
      const { [field]: _left, ...rest } = oidc;
      expect(await refusalOf(setupOkta(admin, rest))).toMatchObject({ status: 499, code: 'DEFAULT' });
      for (const value of ['', ' ', '\0', 'a\0b', 'x'.repeat(3000), null, 7, [], {}])
        expect(await refusalOf(setupOkta(admin, { ...oidc, [field]: value as string })), `${field} ${JSON.stringify(value)}`).toMatchObject(
          {
            status: 499,
            code: 'DEFAULT',
          },
        );
    }
    expect(await refusalOf(setupOkta(admin, { ...oidc, ClientSecret: '********3141' }))).toMatchObject({ status: 499, code: 'DEFAULT' });
    for (const field of ['Certificate', 'SPEntityId', 'IdPSSOURL'] as const)
      for (const value of [undefined, '', ' ', '\0', null, 7])
        expect(await refusalOf(setupSaml(admin, { ...saml, [field]: value as string }))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect([await getOkta(admin), (await admin.GET('/sso/get_saml')).data]).toEqual([null, null]);
  });

  it('keeps what an update leaves out, and takes a new secret', async () => {
    const { Id } = await bodyOf(setupOkta(admin));
    const update = (body: object) => admin.PUT('/sso/update_okta', { body: { Id, ...body } });
    expect(await bodyOf(update({}))).toEqual({ ...oidc, Id, ClientSecret: '********3141' });
    expect(await bodyOf(update({ ClientSecret: 'another-secret-2718' }))).toEqual({ ...oidc, Id, ClientSecret: '********2718' });
    expect(await bodyOf(update({ ClientId: 'other', ClientSecret: 'another-secret-9999' }))).toMatchObject({ ClientId: 'other' });
  });

  it('never sends a stored secret to another client or another provider', async () => {
    const { Id } = await bodyOf(setupOkta(admin));
    for (const change of [{ ClientId: 'other' }, { OpenIdURL: 'https://evil.example.com' }])
      for (const body of [change, { ...change, ClientSecret: '********3141' }])
        expect(await refusalOf(admin.PUT('/sso/update_okta', { body: { Id, ...body } }))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await getOkta(admin)).toMatchObject({ ClientId: oidc.ClientId, OpenIdURL: oidc.OpenIdURL });
  });

  it('is changed by its own Id only', async () => {
    expect(await refusalOf(admin.PUT('/sso/update_okta', { body: { ...oidc, Id: unknownId } }))).toMatchObject({ code: 'NOT_FOUND' });
    const entra = await bodyOf(admin.POST('/sso/setup_entraId', { body: oidc }));
    await bodyOf(setupOkta(admin));
    for (const Id of [unknownId, entra.Id])
      expect(await refusalOf(admin.PUT('/sso/update_okta', { body: { ...oidc, Id } }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(admin.PUT('/sso/update_okta', { body: oidc as never }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });
});

describe('the configuration of another account', () => {
  it('is neither seen nor changed nor removed, and does not stand in the way of an own one', async () => {
    const { Id } = await bodyOf(setupOkta(admin));
    expect(await getOkta(stranger)).toBeNull();
    expect(await refusalOf(stranger.PUT('/sso/update_okta', { body: { ...oidc, Id } }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(stranger.DELETE('/sso/delete_okta'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    const own = await bodyOf(setupOkta(stranger, { ...oidc, ClientId: 'of the stranger' }));
    expect(own.Id).not.toBe(Id);
    expect(await getOkta(admin)).toMatchObject({ Id, ClientId: 'client' });
  });

  it('is for administrators', async () => {
    const user = await running.signIn('user@example.com');
    const calls = [
      setupOkta(user),
      user.GET('/sso/get_okta'),
      user.DELETE('/sso/delete_okta'),
      setupSaml(user),
      user.GET('/sso/get_saml'),
      user.PUT('/sso/update_entraId', { body: { Id: unknownId } }),
      user.POST('/sso/sso_url_import_user', { body: { CallbackUrl: 'http://localhost/' } }),
      user.GET('/sso/get_user_usergroups'),
    ];
    for (const call of calls) expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('client secrets', () => {
  it('stand in no file of the data directory, no log record and no answer', async () => {
    await bodyOf(setupOkta(admin));
    await refusalOf(setupOkta(admin));
    await refusalOf(setupOkta(admin, { ...oidc, OpenIdURL: `http://${secret}.example.com` }));
    const answers = JSON.stringify(await getOkta(admin));
    const files = (await readdir(running.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
    expect(contents.some((bytes) => bytes.includes(oidc.OpenIdURL))).toBe(true);
    for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -2)]) {
      for (const bytes of contents) expect(bytes.includes(form)).toBe(false);
      expect(running.logged()).not.toContain(form);
      expect(answers).not.toContain(form);
    }
  });
});
