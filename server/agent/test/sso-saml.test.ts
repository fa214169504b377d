// Whole-agent tests of single sign-on by SAML: the way in, and the ways in that must stay shut.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { identity } from './sso/certificate.ts';
import { type AuthnRequest, encode, newId, readRequest, SamlIdp, type Signing, type Statement } from './sso/saml-idp.ts';
import { anonymous, authenticate, callbackUrl, ssoUrl } from './sso/sso-agent.ts';

const lifetime = forGroup();
const idp = new SamlIdp();
const stranger = identity('evil.example.com');
const entityId = 'urn:example:click';
const who = 'admin@example.com';
const refused = { status: 401, code: 'AUTH' };
const hour = 3_600_000;
let running: TestAgent;
let admin: SignedIn;
let nobody: ReturnType<typeof anonymous>;

beforeAll(async () => {
  running = await agent({}, lifetime);
  admin = await running.signIn();
  nobody = anonymous(running);
}, 60_000);

beforeEach(async () => {
  await admin.DELETE('/sso/delete_saml');
  const body = {
    Certificate: idp.identity.certificate,
    SPEntityId: entityId,
    IdPSSOURL: 'https://idp.example.com/sso?tenant=1',
    Active: true,
  };
  await bodyOf(admin.POST('/sso/setup_saml', { body }));
});

interface Begun {
  readonly identifier: string;
  readonly request: AuthnRequest;
}

async function begin(username = who): Promise<Begun> {
  const { Identifier, Url } = await bodyOf(ssoUrl(nobody, username));
  return { identifier: Identifier, request: readRequest(Url) };
}

async function attempt(statement: Statement, signing: Signing = {}): ReturnType<typeof authenticate> {
  const { identifier, request } = await begin();
  return await authenticate(nobody, identifier, idp.respond(request, { nameId: who, ...statement }, signing));
}

/** What the agent makes of a response that was changed after it was signed. */
async function tampered(change: (xml: string, request: AuthnRequest) => string, statement: Statement = { nameId: 'user@example.com' }) {
  const { identifier, request } = await begin();
  return await authenticate(nobody, identifier, encode(change(idp.responseXml(request, statement), request)));
}

describe('a sign-on by SAML', () => {
  it('asks the identity provider, and takes its assertion for a token', async () => {
    const { Url, Identifier } = await bodyOf(ssoUrl(nobody, who));
    const url = new URL(Url);
    expect([url.origin, url.pathname, url.searchParams.get('tenant')]).toEqual(['https://idp.example.com', '/sso', '1']);
    const request = readRequest(Url);
    expect(request).toEqual({ id: expect.stringMatching(/^_[0-9a-f]{40}$/), callbackUrl, issuer: entityId });
    expect(Url).not.toContain(Identifier);
    expect(await bodyOf(authenticate(nobody, Identifier, idp.respond(request, { nameId: who })))).toMatch(/^eyJ/);
  });

  it('takes a response whose assertion and whole are both signed, and Base64 in lines', async () => {
    const { identifier, request } = await begin();
    const xml = idp.sign(idp.responseXml(request, { nameId: who }), { of: 'Response' });
    const lines = encode(xml).replaceAll(/.{76}/g, '$&\r\n');
    expect(await bodyOf(authenticate(nobody, identifier, lines))).toMatch(/^eyJ/);
  });

  it('goes by the email where the name is a pseudonym, and only there', async () => {
    const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
    const stated = { nameId: 'a1b2c3', attributes: { email: who } };
    expect((await attempt({ ...stated, nameIdFormat: persistent })).response.status).toBe(200);
    expect(await refusalOf(attempt(stated))).toMatchObject(refused);
  });

  it('allows clocks to differ a little', async () => {
    const now = Date.now();
    for (const statement of [{ issueInstant: now + 30_000, notBefore: now + 30_000 }, { notOnOrAfter: now - 30_000 }])
      expect((await attempt(statement)).response.status).toBe(200);
  });
});

describe('an assertion', () => {
  const now = Date.now();
  const wrong: [string, Statement, Signing][] = [
    ['that is not signed', {}, { by: null }],
    ['that somebody else has signed', {}, { by: stranger }],
    ['of which only the response around it is signed', {}, { of: 'Response' }],
    ['that is signed with SHA-1', {}, { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }],
    ['whose digest is SHA-1', {}, { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
    ['for another audience', { audience: 'urn:example:other' }, {}],
    ['for an audience that begins in the same way', { audience: `${entityId}:other` }, {}],
    ['for another callback', { recipient: 'https://evil.example.com/' }, {}],
    ['that answers another request', { inResponseTo: newId(), responseTo: undefined as never }, {}],
    ['that answers no request', { inResponseTo: '' }, {}],
    ['in a response to another request', { responseTo: newId() }, {}],
    ['that has expired', { notBefore: now - 2 * hour, notOnOrAfter: now - hour }, {}],
    ['that is not valid yet', { notBefore: now + hour, notOnOrAfter: now + 2 * hour }, {}],
    ['that was issued long ago', { issueInstant: now - hour, notBefore: now - hour, notOnOrAfter: now + hour }, {}],
    ['that will be issued', { issueInstant: now + hour }, {}],
    ['that is to be confirmed in another way', { method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }, {}],
    ['of another user of the account', { nameId: 'user@example.com' }, {}],
    ['of a user of another account', { nameId: 'owner@example.org' }, {}],
    ['of nobody', { nameId: '' }, {}],
    ['of a name that only looks the same', { nameId: 'admin@example.com.evil.example.net' }, {}],
    ['of a name with a comment in it', { nameId: 'admin@example.com<!-- x -->.evil.example.net' }, {}],
  ];

  it.each(wrong)('%s signs nobody in', async (_what, statement, signing) => {
    expect(await refusalOf(attempt(statement, signing))).toMatchObject(refused);
  });

  it('of a certificate that was replaced signs nobody in', async () => {
    const { Id } = (await admin.GET('/sso/get_saml')).data ?? { Id: '' };
    await bodyOf(admin.PUT('/sso/update_saml', { body: { Id, Certificate: stranger.certificate } }));
    expect(await refusalOf(attempt({}))).toMatchObject(refused);
    expect((await attempt({}, { by: stranger })).response.status).toBe(200);
  });

  it('is good once: neither with its own identifier nor with another one again', async () => {
    const { identifier, request } = await begin();
    const response = idp.respond(request, { nameId: who });
    await bodyOf(authenticate(nobody, identifier, response));
    expect(await refusalOf(authenticate(nobody, identifier, response))).toMatchObject({ status: 499, code: 'SESSION' });
    const other = await begin();
    expect(await refusalOf(authenticate(nobody, other.identifier, response))).toMatchObject(refused);
  });

  it('with an ID that was used is refused, across a restart too', { timeout: 60_000 }, async () => {
    const first = await agent();
    const click = await first.signIn();
    const body = { Certificate: idp.identity.certificate, SPEntityId: entityId, IdPSSOURL: 'https://idp.example.com/', Active: true };
    await bodyOf(click.POST('/sso/setup_saml', { body }));
    const assertionId = newId();
    const once = async (on: TestAgent) => {
      const { Identifier, Url } = await bodyOf(ssoUrl(anonymous(on), who));
      return await authenticate(anonymous(on), Identifier, idp.respond(readRequest(Url), { nameId: who, assertionId }));
    };
    expect((await once(first)).response.status).toBe(200);
    await first.close();
    const second = await agent({ dataDir: first.dataDir });
    const { status, code, message } = await refusalOf(once(second));
    expect([status, code]).toEqual([401, 'AUTH']);
    expect(message).toContain('used before');
  });

  it('for one account opens no other one, though both trust the same provider', async () => {
    const owner = await running.signIn('owner@example.org');
    const body = { Certificate: idp.identity.certificate, SPEntityId: entityId, IdPSSOURL: 'https://idp.example.com/', Active: true };
    await bodyOf(owner.POST('/sso/setup_saml', { body }));
    const [mine, theirs] = [await begin(), await begin('owner@example.org')];
    expect(await refusalOf(authenticate(nobody, theirs.identifier, idp.respond(mine.request, { nameId: who })))).toMatchObject(refused);
    const again = await begin('owner@example.org');
    expect(await refusalOf(authenticate(nobody, again.identifier, idp.respond(again.request, { nameId: who })))).toMatchObject(refused);
    await owner.DELETE('/sso/delete_saml');
  });
});

describe('a response whose signed assertion was moved, and a forged one put in its place,', () => {
  const assertionOf = (xml: string): string => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
  const signatureOf = (xml: string): string => /<(?:ds:)?Signature[\s\S]*<\/(?:ds:)?Signature>/.exec(xml)?.[0] ?? '';
  const idOf = (xml: string): string => /ID="([^"]+)"/.exec(assertionOf(xml))?.[1] ?? '';
  const forged = (request: AuthnRequest, assertionId = newId()): string => idp.assertionXml(request, { nameId: who, assertionId });
  const inForged = (request: AuthnRequest, inner: string, id?: string): string =>
    forged(request, id).replace('</saml:Issuer>', `</saml:Issuer>${inner}`);

  const wrappings: [string, (xml: string, request: AuthnRequest) => string][] = [
    ['1: beside it, first', (xml, request) => xml.replace(assertionOf(xml), forged(request) + assertionOf(xml))],
    ['2: beside it, last', (xml, request) => xml.replace(assertionOf(xml), assertionOf(xml) + forged(request))],
    ['3: around it', (xml, request) => xml.replace(assertionOf(xml), inForged(request, assertionOf(xml)))],
    ['4: around it, with the same ID', (xml, request) => xml.replace(assertionOf(xml), inForged(request, assertionOf(xml), idOf(xml)))],
    [
      '5: with the signature of the real one, which stands in an extension',
      (xml, request) =>
        xml
          .replace(assertionOf(xml), inForged(request, signatureOf(xml), idOf(xml)))
          .replace(
            '<samlp:Status>',
            `<samlp:Extensions>${assertionOf(xml).replace(signatureOf(xml), '')}</samlp:Extensions><samlp:Status>`,
          ),
    ],
    [
      '6: with the real one in an object of its signature',
      (xml, request) => {
        const real = assertionOf(xml).replace(signatureOf(xml), '');
        const signature = signatureOf(xml).replace(
          /<\/(ds:)?Signature>$/,
          `<Object xmlns="http://www.w3.org/2000/09/xmldsig#">${real}</Object>$&`,
        );
        return xml.replace(assertionOf(xml), inForged(request, signature));
      },
    ],
    [
      '7: with the response inside the response',
      (xml, request) => {
        const outer = idp.responseXml(request, { nameId: who }, { by: null });
        return outer.replace('<samlp:Status>', `<samlp:Extensions>${xml}</samlp:Extensions><samlp:Status>`);
      },
    ],
    [
      '8: of another name space',
      (xml, request) => xml.replace(assertionOf(xml), forged(request).replaceAll('saml:', 'evil:') + assertionOf(xml)),
    ],
  ];

  it.each(wrappings)('%s signs nobody in', async (_how, wrap) => {
    expect(await refusalOf(tampered(wrap))).toMatchObject(refused);
  });
});

describe('a response that was changed', () => {
  it('would have been taken as it was', async () => {
    expect((await tampered((xml) => xml, { nameId: who })).response.status).toBe(200);
  });

  it.each<[string, (xml: string) => string]>([
    ['in its name', (xml) => xml.replace('user@example.com', who)],
    ['by a comment in its name', (xml) => xml.replace('user@example.com', 'admin@example.com<!---->')],
    ['by a second name', (xml) => xml.replace('<saml:NameID', `<saml:NameID>${who}</saml:NameID><saml:NameID`)],
    ['by the loss of its signature', (xml) => xml.replace(/<(ds:)?Signature[\s\S]*<\/(ds:)?Signature>/, '')],
    ['by the loss of its reference', (xml) => xml.replace(/<(ds:)?Reference[\s\S]*<\/(ds:)?Reference>/, '')],
    ['by an empty reference', (xml) => xml.replace(/URI="#[^"]+"/, 'URI=""')],
    ['by a document type', (xml) => `<!DOCTYPE r [<!ENTITY x "${who}">]>${xml.replace('user@example.com', '&x;')}`],
    ['by an external entity', (xml) => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace('user@example.com', '&x;')}`],
    ['by an encoding of its own', (xml) => `<?xml version="1.0" encoding="utf-16"?>${xml.replace('user@example.com', who)}`],
    ['into nothing', () => ''],
    ['into no XML', () => 'no xml at all'],
    ['into an empty response', () => '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>'],
    ['into a logout', () => '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>'],
    ['into another document', () => '<html><body>login</body></html>'],
    ['into half of it', (xml) => xml.slice(0, xml.length / 2)],
    ['into a deep one', (xml) => xml.replace('<samlp:Status>', `${'<a>'.repeat(4000)}${'</a>'.repeat(4000)}<samlp:Status>`)],
    ['into one of many parts', (xml) => xml.replace('<samlp:Status>', `${'<a/>'.repeat(40_000)}<samlp:Status>`)],
    ['into a long one', (xml) => xml.replace('<samlp:Status>', `<!--${'x'.repeat(190_000)}--><samlp:Status>`)],
    [
      'into one of many attributes',
      (xml) => xml.replace('<samlp:Status>', `<a ${Array.from({ length: 9000 }, (_, index) => `a${index}=""`).join(' ')}/><samlp:Status>`),
    ],
  ])('%s signs nobody in, and quickly so', async (_how, change) => {
    const begun = performance.now();
    const { status } = await refusalOf(tampered(change));
    expect([401, 499]).toContain(status);
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  it.each(['%%%', 'PHhtbC8+\0', '=', 'a'.repeat(300_000), '💥'])('is refused as %j', async (response) => {
    const { identifier } = await begin();
    const { status } = await refusalOf(authenticate(nobody, identifier, response));
    expect([401, 499]).toContain(status);
  });
});

describe('what is kept of an attempt', () => {
  it('does not tell its identifier or its request', async () => {
    const { identifier, request } = await begin();
    const bytes = Buffer.concat(await Promise.all(['agent.db', 'agent.db-wal'].map((name) => readFile(join(running.dataDir, name)))));
    expect(bytes.includes(entityId)).toBe(true);
    for (const secret of [identifier, request.id]) expect(bytes.includes(secret)).toBe(false);
  });
});
