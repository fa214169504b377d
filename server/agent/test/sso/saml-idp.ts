// Owns a SAML identity provider for tests: it reads the request that a browser would bring, and signs what a test wants it to say.
import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { type Identity, identity } from './certificate.ts';

export interface AuthnRequest {
  readonly id: string;
  readonly callbackUrl: string;
  readonly issuer: string;
}

/** What the assertion says; everything is right until a test says otherwise. */
export interface Statement {
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  readonly audience?: string;
  readonly recipient?: string;
  readonly inResponseTo?: string;
  readonly responseTo?: string;
  readonly assertionId?: string;
  readonly issueInstant?: number;
  readonly notBefore?: number;
  readonly notOnOrAfter?: number;
  readonly method?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Signing {
  readonly by?: Identity | null;
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  /** What the signature is of. */
  readonly of?: 'Assertion' | 'Response';
}

const email = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const minute = 60_000;
export const newId = (): string => `_${randomBytes(16).toString('hex')}`;
const at = (time: number): string => new Date(time).toISOString();
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function readRequest(url: string): AuthnRequest {
  const encoded = new URL(url).searchParams.get('SAMLRequest') ?? '';
  const xml = inflateRawSync(Buffer.from(encoded, 'base64')).toString('utf8');
  const of = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? '';
  return {
    id: of(/\bID="([^"]+)"/),
    callbackUrl: of(/AssertionConsumerServiceURL="([^"]+)"/),
    issuer: of(/<saml:Issuer[^>]*>([^<]+)</),
  };
}

export class SamlIdp {
  readonly identity: Identity;
  readonly entityId = 'https://idp.example.com/metadata';

  constructor(own: Identity = identity()) {
    this.identity = own;
  }

  /** The `SAMLResponse` as the browser would post it. */
  respond(request: AuthnRequest, statement: Statement, signing: Signing = {}): string {
    return encode(this.responseXml(request, statement, signing));
  }

  responseXml(request: AuthnRequest, statement: Statement, signing: Signing = {}): string {
    const responseTo = statement.responseTo ?? request.id;
    const xml = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${newId()}" Version="2.0" IssueInstant="${at(Date.now())}" Destination="${request.callbackUrl}" InResponseTo="${responseTo}"><saml:Issuer>${this.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${this.assertionXml(request, statement)}</samlp:Response>`;
    return signing.by === null ? xml : this.sign(xml, signing);
  }

  assertionXml(request: AuthnRequest, statement: Statement): string {
    const now = Date.now();
    const { nameId = 'nobody@example.com', nameIdFormat = email, assertionId = newId(), attributes = {} } = statement;
    const { issueInstant = now, notBefore = now - minute, notOnOrAfter = now + 5 * minute } = statement;
    const stated = Object.entries(attributes).map(
      ([name, value]) => `<saml:Attribute Name="${name}"><saml:AttributeValue>${escape(value)}</saml:AttributeValue></saml:Attribute>`,
    );
    return [
      `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${assertionId}" Version="2.0" IssueInstant="${at(issueInstant)}">`,
      `<saml:Issuer>${this.entityId}</saml:Issuer>`,
      `<saml:Subject><saml:NameID Format="${nameIdFormat}">${nameId}</saml:NameID>`,
      `<saml:SubjectConfirmation Method="${statement.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer'}">`,
      `<saml:SubjectConfirmationData InResponseTo="${statement.inResponseTo ?? request.id}" Recipient="${statement.recipient ?? request.callbackUrl}" NotOnOrAfter="${at(notOnOrAfter)}"/>`,
      `</saml:SubjectConfirmation></saml:Subject>`,
      `<saml:Conditions NotBefore="${at(notBefore)}" NotOnOrAfter="${at(notOnOrAfter)}">`,
      `<saml:AudienceRestriction><saml:Audience>${statement.audience ?? request.issuer}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
      `<saml:AuthnStatement AuthnInstant="${at(issueInstant)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
      stated.length === 0 ? '' : `<saml:AttributeStatement>${stated.join('')}</saml:AttributeStatement>`,
      '</saml:Assertion>',
    ].join('');
  }

  sign(xml: string, { by, of = 'Assertion', ...algorithms }: Signing = {}): string {
    const { privateKey } = by ?? this.identity;
    const signature = new SignedXml({
      privateKey,
      signatureAlgorithm: algorithms.signatureAlgorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
    });
    signature.addReference({
      xpath: `//*[local-name(.)='${of}']`,
      digestAlgorithm: algorithms.digestAlgorithm ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
      transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
    });
    const location = { reference: `//*[local-name(.)='${of}']/*[local-name(.)='Issuer']`, action: 'after' } as const;
    signature.computeSignature(xml, { location });
    return signature.getSignedXml();
  }
}

export const encode = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64');
