// Owns what a SAML assertion has to say besides being signed: for whom, for which request, and when (SAML 2.0 profiles, 4.1.4.3).
import type { Claims } from './oidc-provider.ts';

/** As xml2js makes it of the bytes that were signed: attributes under `$`, text under `_`, elements as lists. */
type Element = Readonly<Record<string, unknown>>;

export interface Expected {
  readonly requestId: string;
  readonly callbackUrl: string;
  readonly now: number;
  /** How long after its issue an assertion may be used. */
  readonly maxAgeMs: number;
}

export interface AcceptedAssertion {
  readonly id: string;
  /** From then on it would be refused by its age. */
  readonly expiresAt: number;
  readonly names: readonly string[];
}

/** An assertion that does not hold; the message says which of its statements. */
export class AssertionRefused extends Error {
  override readonly name = 'AssertionRefused';
}

export const skewMs = 60_000;
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** Names that say nothing about who it is. */
const pseudonyms = new Set(['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient']);
const emailAttributes = [
  'email',
  'mail',
  'urn:oid:0.9.2342.19200300.100.1.3',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
];

export function acceptAssertion(parsed: unknown, attributes: Claims, expected: Expected): AcceptedAssertion {
  const assertion = element(element(parsed).Assertion);
  const id = attribute(assertion, 'ID');
  const issued = instant(attribute(assertion, 'IssueInstant'));
  const { now, maxAgeMs } = expected;
  check(id !== '', 'it has no ID');
  check(issued <= now + skewMs && issued > now - skewMs - maxAgeMs, 'it was issued at another time');
  withinConditions(one(assertion, 'Conditions'), now);
  check(children(assertion, 'AuthnStatement').length > 0, 'it does not say that anybody signed in');
  const subject = one(assertion, 'Subject');
  check(
    children(subject, 'SubjectConfirmation').some((confirmation) => confirms(confirmation, expected)),
    'it does not answer this request, or not here and now',
  );
  return { id, expiresAt: issued + maxAgeMs + 2 * skewMs, names: namesOf(one(subject, 'NameID'), attributes) };
}

function withinConditions(conditions: Element, now: number): void {
  const [from, until] = [attribute(conditions, 'NotBefore'), attribute(conditions, 'NotOnOrAfter')];
  check(from === '' || instant(from) <= now + skewMs, 'it is not valid yet');
  check(until === '' || instant(until) > now - skewMs, 'it has expired');
}

function confirms(confirmation: Element, { requestId, callbackUrl, now }: Expected): boolean {
  const [data = {}, ...more] = children(confirmation, 'SubjectConfirmationData');
  const [from, until] = [attribute(data, 'NotBefore'), attribute(data, 'NotOnOrAfter')];
  return (
    more.length === 0 &&
    attribute(confirmation, 'Method') === bearer &&
    attribute(data, 'Recipient') === callbackUrl &&
    attribute(data, 'InResponseTo') === requestId &&
    until !== '' &&
    instant(until) > now - skewMs &&
    (from === '' || instant(from) <= now + skewMs)
  );
}

/** The subject's name; where that is a pseudonym, the email address that the provider states. */
function namesOf(nameId: Element, attributes: Claims): string[] {
  const stated = pseudonyms.has(attribute(nameId, 'Format')) ? emailAttributes.map((name) => attributes[name]) : [nameId._];
  return stated.filter((name): name is string => typeof name === 'string' && name !== '').map((name) => name.trim());
}

function instant(text: string): number {
  const isDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text);
  const time = isDateTime ? Date.parse(text) : Number.NaN;
  check(!Number.isNaN(time), 'one of its times is none');
  return time;
}

function check(holds: boolean, why: string): void {
  if (!holds) throw new AssertionRefused(why);
}

const element = (value: unknown): Element => (typeof value === 'object' && value !== null ? (value as Element) : {});
const children = (parent: Element, name: string): Element[] => {
  const found = parent[name];
  return Array.isArray(found) ? found.map(element) : [];
};
function one(parent: Element, name: string): Element {
  const [first, ...more] = children(parent, name);
  if (first === undefined || more.length > 0) throw new AssertionRefused(`it has not exactly one ${name}`);
  return first;
}
const attribute = (of: Element, name: string): string => {
  const value = element(of.$)[name];
  return typeof value === 'string' ? value : '';
};
