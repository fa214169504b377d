// Owns the proofs of the checks of OAuth links.
import { oauthVendors } from '../src/kit/oauth.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { doNothing, dropField, emptyList, misreadField, misreadText, replaceBody, setStatus } from '../src/proofs/faults-http.ts';

const account = { id: '11111111-2222-4333-8444-555555555555', name: 'A', cloudType: 128, shared: false };

export const proofs: readonly Proof[] = oauthVendors.flatMap(({ slug, generate, complete }) => [
  ...proofsOf(`cloud.oauth.${slug}-url`, {
    'no-url': replaceBody(generate, 'no url'),
    'in-an-object': replaceBody(generate, { url: 'http://127.0.0.1/' }),
    'a-script': replaceBody(generate, 'javascript:alert(1)'),
    'answers-302': setStatus(generate, 302),
  }),
  ...proofsOf(`cloud.oauth.${slug}-link`, {
    'stores-nothing': doNothing(complete, 200, account),
    'no-id': dropField(complete, 'id'),
    'is-not-listed': emptyList('getCloudAccounts', ''),
    'answers-201': setStatus(complete, 201),
    'state-is-lost': misreadText(complete, 'state', 'x'),
    'code-is-misread': misreadText(complete, 'code', 'x'),
  }),
  ...proofsOf(
    `cloud.oauth.${slug}-link`,
    { 'another-name': misreadText(generate, 'cloudName', '-2'), 'is-shared': misreadField(generate, 'shared', true) },
    'SHOULD',
  ),
]);
