// Owns talking SAML 2.0 to an identity provider; signatures and audience are the library's to check, the rest is in `assertion.ts`.
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { unauthenticated } from '../failure.ts';
import { acceptAssertion, type AcceptedAssertion, AssertionRefused } from './assertion.ts';
import { certificatePem } from './certificate.ts';
import type { Claims } from './oidc-provider.ts';

export interface SamlPeer {
  readonly certificate: string;
  readonly spEntityId: string;
  readonly idpSsoUrl: string;
}

export interface SamlAttempt {
  readonly requestId: string;
  readonly callbackUrl: string;
}

const maxResponse = 262_144;
const [maxElements, maxAttributes] = [5000, 5000];
/** SHA-1 and the like, and keys that both sides share: what they sign proves nothing. */
const weakAlgorithm = /Algorithm\s*=\s*["'][^"']*(sha1|md5|hmac)[^"']*["']/i;

export class SamlProvider {
  readonly #now: () => number;
  readonly #maxAgeMs: number;

  constructor(now: () => number, maxAgeMs: number) {
    this.#now = now;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Where the browser asks for an assertion; the answer is posted to the callback. */
  async authorizationUrl(peer: SamlPeer, attempt: SamlAttempt): Promise<string> {
    return await this.#library(peer, attempt).getAuthorizeUrlAsync('', undefined, {});
  }

  /** What the provider says, once it is proven that it says so, to us, now, and because we asked. */
  async accept(peer: SamlPeer, attempt: SamlAttempt, response: string): Promise<AcceptedAssertion> {
    const encoded = response.replaceAll(/\s/g, '');
    refuseOddities(encoded);
    try {
      const { profile } = await this.#library(peer, attempt).validatePostResponseAsync({ SAMLResponse: encoded });
      const attributes = (profile?.attributes ?? {}) as Claims;
      return acceptAssertion(profile?.getAssertion?.(), attributes, { ...attempt, now: this.#now(), maxAgeMs: this.#maxAgeMs });
    } catch (error) {
      // The library throws plain errors for whatever is wrong, parser faults included: none of them lets anybody in.
      throw refused(error instanceof AssertionRefused ? error.message : 'it is not signed as it has to be', error);
    }
  }

  #library({ certificate, spEntityId, idpSsoUrl }: SamlPeer, { requestId, callbackUrl }: SamlAttempt): SAML {
    return new SAML({
      callbackUrl,
      entryPoint: idpSsoUrl,
      issuer: spEntityId,
      audience: spEntityId,
      idpCert: certificatePem(certificate),
      // The assertion itself has to be signed: a signature around it alone is what wrapping attacks move.
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      disableRequestedAuthnContext: true,
      generateUniqueId: () => requestId,
      validateInResponseTo: ValidateInResponseTo.always,
      cacheProvider: onlyRequest(requestId),
      // The library has no clock of ours; `assertion.ts` checks the times.
      acceptedClockSkewMs: -1,
    });
  }
}

/** The library's memory of requests: the one of this attempt. That each attempt is used once is the store's business. */
const onlyRequest = (requestId: string) => ({
  saveAsync: (_key: string, value: string) => Promise.resolve({ value, createdAt: Date.now() }),
  getAsync: (key: string) => Promise.resolve(key === requestId ? new Date().toISOString() : null),
  removeAsync: () => Promise.resolve(null),
});

/** What no provider sends, before a parser sees it: other encodings, document types, masses of elements. */
function refuseOddities(encoded: string): void {
  if (encoded.length > maxResponse) throw refused('it is too long');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw refused('it is no Base64');
  const xml = Buffer.from(encoded, 'base64').toString('utf8');
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw refused('it has a document type');
  if (weakAlgorithm.test(xml)) throw refused('it is signed with an algorithm that is too weak');
  // Parsers take time with the square of some of these.
  if (xml.split('<').length > maxElements || xml.split('=').length > maxAttributes) throw refused('it has too many elements');
}

const refused = (why: string, cause?: unknown): Error => unauthenticated('AUTH', `The SAML response is refused: ${why}.`, cause);
