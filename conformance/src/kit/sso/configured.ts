// Owns setting up single sign-on at the target for a check, and taking it back. What somebody else has set up is left alone.
import type { Api } from '../api.ts';
import type { Context } from '../check.ts';
import type { OperationId } from '../contract.ts';
import { Blocked } from '../faults.ts';
import { certificate } from './certificate.ts';

export interface Kind {
  readonly name: 'Okta' | 'Entra ID' | 'SAML';
  readonly setup: 'setupOkta' | 'setupEntraId' | 'setupSaml';
  readonly get: 'getOkta' | 'getEntraId' | 'getSaml';
  readonly update: 'updateOkta' | 'updateEntraId' | 'updateSaml';
  readonly remove: 'deleteOkta' | 'deleteEntraId' | 'deleteSaml';
}

export const okta: Kind = { name: 'Okta', setup: 'setupOkta', get: 'getOkta', update: 'updateOkta', remove: 'deleteOkta' };
export const entraId: Kind = {
  name: 'Entra ID',
  setup: 'setupEntraId',
  get: 'getEntraId',
  update: 'updateEntraId',
  remove: 'deleteEntraId',
};
export const saml: Kind = { name: 'SAML', setup: 'setupSaml', get: 'getSaml', update: 'updateSaml', remove: 'deleteSaml' };
export const kinds: readonly Kind[] = [okta, entraId, saml];
export const operationsOf = ({ setup, get, remove }: Kind): readonly OperationId[] => [setup, get, remove];

export type Configuration = Readonly<Record<string, unknown>>;

export const samlBody = (name: string) => ({
  Certificate: certificate.trim(),
  SPEntityId: name,
  IdPSSOURL: 'https://idp.kit.example.com/sso',
  Active: true,
});

export const oidcBody = (name: string) => ({
  ClientId: name,
  ClientSecret: `${name}-secret-of-the-kit`,
  OpenIdURL: 'https://idp.kit.example.com/.well-known/openid-configuration',
  Active: true,
});

/** A body that names the check, so that what is left can be found. */
export const bodyFor = ({ name }: Kind, as: string): Configuration => (name === 'SAML' ? samlBody(as) : oidcBody(as));

/** The configuration, which is gone after the check. */
export async function setUp({ cleanUp, expect }: Context, api: Api, kind: Kind, body: Configuration): Promise<Configuration> {
  await refuseIfThere(api, kind);
  const after = api.forCleanUp();
  cleanUp(`the configuration of ${kind.name}`, async () => {
    const { body: left } = await after.call(kind.get);
    if (isSame(left, body)) await after.call(kind.remove);
  });
  const saved: unknown = await api.ok(kind.setup, { body: body as never });
  expect.that(typeof saved === 'object' && saved !== null, `Setup ${kind.name} answers the saved object`, saved);
  return saved as Configuration;
}

/** A real agent may be judged: nobody could give back what the kit overwrote. */
export async function refuseIfThere(api: Api, kind: Kind): Promise<void> {
  const there: unknown = await api.ok(kind.get);
  if (there !== null && there !== undefined)
    throw new Blocked(`the account has a configuration of ${kind.name} already, and the kit leaves it alone`);
}

const isSame = (left: unknown, body: Configuration): boolean =>
  typeof left === 'object' && left !== null && nameOf(left as Configuration) === nameOf(body);

/** What names a configuration: its client, or the entity that it is for. */
export const nameOf = ({ ClientId, SPEntityId }: Configuration): unknown => ClientId ?? SPEntityId;
