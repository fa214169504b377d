// Owns the proofs of the checks of SSO.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  doNothing,
  dropField,
  ignoreField,
  misreadField,
  onlyCall,
  replaceBody,
  replaceByHtml,
  requireToken,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const configurations = [
  ['okta', 'Okta', 'ClientId'],
  ['entra-id', 'EntraId', 'ClientId'],
  ['saml', 'Saml', 'SPEntityId'],
] as const;

const foreign = { Id: '11111111-2222-4333-8444-555555555555', ClientId: 'x', OpenIdURL: 'https://idp.example.com', Active: true };
const foreignSaml = { Id: foreign.Id, Certificate: 'x', SPEntityId: 'x', IdPSSOURL: 'https://idp.example.com', Active: true };

export const proofs: readonly Proof[] = [
  ...configurations.flatMap(([slug, name, field]) => [
    ...proofsOf(`sso.${slug}.life-cycle`, {
      'no-null': onlyCall(2, replaceBody(`get${name}`, name === 'Saml' ? foreignSaml : foreign)),
      'null-is-204': onlyCall(2, setStatus(`get${name}`, 204)),
      'setup-assigns-no-id': dropField(`setup${name}`, 'Id'),
      'setup-stores-nothing': onlyCall(4, replaceBody(`get${name}`, null)),
      'another-id': onlyCall(4, setField(`get${name}`, 'Id', foreign.Id)),
      'setup-misreads': misreadField(`setup${name}`, field, 'misread'),
      'update-changes-nothing': ignoreField(`update${name}`, 'Active'),
      'update-answers-the-old-object': setField(`update${name}`, 'Active', true),
      'update-is-refused': setStatus(`update${name}`, 499),
      'delete-does-nothing': doNothing(`delete${name}`),
      'delete-is-refused': setStatus(`delete${name}`, 499),
      'answers-html': replaceByHtml(`get${name}`),
    }),
    ...proofsOf(`sso.${slug}.life-cycle`, { 'a-field-is-missing': dropField(`update${name}`, field) }, 'SHOULD'),
    ...proofsOf(`sso.${slug}.of-another-account`, {
      'everybody-sees-it': onlyCall(2, acceptAnyToken(`get${name}`)),
      'own-one-is-hidden': onlyCall(3, replaceBody(`get${name}`, null)),
    }),
  ]),
  ...proofsOf('sso.login.okta', {
    'url-needs-a-token': requireToken('getSsoUrl'),
    'no-identifier': dropField('getSsoUrl', 'Identifier'),
    'no-url': dropField('getSsoUrl', 'Url'),
    'url-leads-elsewhere': setField('getSsoUrl', 'Url', 'https://idp.example.com/authorize'),
    'another-identifier': setField('getSsoUrl', 'Identifier', 'another-one'),
    'authenticate-needs-a-token': requireToken('authenticateSso'),
    'no-jwt': replaceBody('authenticateSso', 'no-token'),
    'jwt-in-an-object': replaceBody('authenticateSso', { jwtToken: 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA' }),
    'jwt-opens-nothing': replaceBody('authenticateSso', 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'),
    'answers-202': setStatus('authenticateSso', 202),
  }),
  ...proofsOf('sso.login.okta', { 'callback-is-misread': misreadField('getSsoUrl', 'CallbackUrl', 'http://localhost:29123/other') }),
  ...proofsOf('sso.login.wrong-code', {
    'answers-403': setStatus('authenticateSso', 403),
    'answers-200': setStatus('authenticateSso', 200),
  }),
  ...proofsOf('sso.import.url', {
    'no-identifier': dropField('getSsoUrlForImportUser', 'Identifier'),
    'no-url': dropField('getSsoUrlForImportUser', 'Url'),
    'url-leads-elsewhere': setField('getSsoUrlForImportUser', 'Url', 'https://idp.example.com/authorize'),
    'is-refused': setStatus('getSsoUrlForImportUser', 499),
  }),
  ...proofsOf('sso.import.okta', {
    'nobody-is-found': replaceBody('getSsoUserUserGroups', []),
    'somebody-is-missing': onlyCall(1, {
      at: 'http',
      operation: 'getSsoUserUserGroups',
      answer: { do: 'edit-body', edit: { edit: 'skip-first', path: '' } },
    }),
    'groups-are-missing': setField('getSsoUserUserGroups', '[0].userGroups', []),
  }),
];
