// Owns the story of a single sign-on configuration: none, set up, read, changed, removed, none again (sso.md, Setup to Delete).
import { codeOf } from '../../src/kit/error-model.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { operationsOf, refuseIfThere, setUp } from '../../src/kit/sso/configured.ts';
import { bodyFor, type Configuration, entraId, type Kind, okta, saml } from '../../src/kit/sso/kinds.ts';

/** The fields that are answered as they were sent; a secret may be hidden. */
const shownFields = (body: Configuration): [string, unknown][] => Object.entries(body).filter(([field]) => field !== 'ClientSecret');

/** Addresses and certificates may be answered in a form of the agent's own. */
const asSent = ['ClientId', 'SPEntityId', 'Active'];

const lifeCycle = (kind: Kind, slug: string, proves: readonly string[]) =>
  scenario(
    `sso.${slug}.life-cycle`,
    {
      title: `The configuration of ${kind.name} is null, set up, read, changed, removed, and null again`,
      controller: 'SSO',
      operations: [...operationsOf(kind), kind.update],
      proves,
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      await refuseIfThere(api, kind);
      const none = await api.call(kind.get);
      expect.equal([none.status, none.body], [200, null], `Get ${kind.name} answers null while nothing is configured`);
      const body = bodyFor(kind, name('client'));
      const saved = await setUp(context, api, kind, body);
      const id = expect.present(saved.Id, `Setup ${kind.name} assigns an Id`);
      const found = (await api.ok(kind.get)) as Configuration | null;
      expect.equal(found?.Id, id, `Get ${kind.name} answers the configuration that was set up`);
      for (const [field, value] of shownFields(body)) {
        const judged = asSent.includes(field) ? expect : should;
        judged.equal(found?.[field], value, `Get ${kind.name} answers ${field} as it was set up`);
        should.equal(saved[field], value, `Setup ${kind.name} answers ${field} as it was sent`);
      }
      const updated = (await api.ok(kind.update, { body: { ...body, Id: id, Active: false } as never })) as Configuration;
      expect.equal(updated.Active, false, `Update ${kind.name} answers the updated object`);
      const changed = (await api.ok(kind.get)) as Configuration | null;
      expect.equal([changed?.Id, changed?.Active], [id, false], `Update ${kind.name} changes the configuration`);
      expect.equal((await api.call(kind.remove)).status, 200, `Delete ${kind.name} answers 200`);
      expect.equal(await api.ok(kind.get), null, `Get ${kind.name} answers null once it is deleted`);
    },
  );

const secretIsHidden = (kind: Kind, slug: string) =>
  scenario(
    `sso.${slug}.secret-is-hidden`,
    {
      title: `The client secret of ${kind.name} is answered by no operation, and what is answered in its place can be sent back`,
      controller: 'SSO',
      operations: [...operationsOf(kind), kind.update],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const body = bodyFor(kind, name('client'));
      const saved = await setUp(context, api, kind, body);
      const found = (await api.ok(kind.get)) as Configuration;
      const updated = await api.ok(kind.update, { body: { ...found, Active: false } as never });
      for (const answer of [saved, found, updated])
        expect.that(!JSON.stringify(answer).includes(String(body.ClientSecret)), 'the secret is not answered');
    },
  );

const second = (kind: Kind, slug: string) =>
  scenario(
    `sso.${slug}.second-setup`,
    {
      title: `A second configuration of ${kind.name} is refused, and so are unknown ids and a second deletion`,
      controller: 'SSO',
      operations: [...operationsOf(kind), kind.update],
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const api = await given.session();
      const body = bodyFor(kind, name('client'));
      const saved = await setUp(context, api, kind, body);
      const again = await api.call(kind.setup, { body: body as never });
      expect.equal(again.status, 499, 'a second setup is answered 499');
      info.equal(codeOf(again.body, again.headers), 'DUPLICATE', 'its error code is DUPLICATE');
      const unknown = await api.call(kind.update, { body: { ...body, Id: '11111111-2222-4333-8444-555555555555' } as never });
      expect.equal(unknown.status, 499, 'an unknown Id is answered 499');
      expect.equal(((await api.ok(kind.get)) as Configuration | null)?.Id, saved.Id, 'the first configuration is still there');
      await api.ok(kind.remove);
      const { status, body: problem, headers } = await api.call(kind.remove);
      expect.equal(status, 499, 'a second deletion is answered 499');
      info.equal(codeOf(problem, headers), 'NOT_FOUND', 'its error code is NOT_FOUND');
    },
  );

const ofAnotherAccount = (kind: Kind, slug: string, requirement: string) =>
  scenario(
    `sso.${slug}.of-another-account`,
    {
      title: `The configuration of ${kind.name} is that of the own account, and no other account sees it`,
      controller: 'SSO',
      operations: operationsOf(kind),
      proves: [requirement],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, stranger] = [await given.session(), await given.strangerSession()];
      const saved = await setUp(context, api, kind, bodyFor(kind, name('client')));
      const theirs = (await stranger.ok(kind.get)) as Configuration | null;
      expect.that(theirs?.Id !== saved.Id, 'an administrator of another account does not see it', theirs?.Id);
      const mine = (await api.ok(kind.get)) as Configuration | null;
      expect.equal(mine?.Id, saved.Id, 'the own account does');
    },
  );

export const scenarios = [
  lifeCycle(okta, 'okta', [...idsOf('SSO-OKTA', 1, 5), ...idsOf('SSO-OKTAFIELD', 1, 4)]),
  lifeCycle(entraId, 'entra-id', [...idsOf('SSO-ENTRA', 1, 5), ...idsOf('SSO-ENTRAFIELD', 1, 4)]),
  lifeCycle(saml, 'saml', [...idsOf('SSO-SAML', 1, 5), ...idsOf('SSO-SAMLFIELD', 1, 5)]),
  ofAnotherAccount(okta, 'okta', 'SSO-OKTA-006'),
  ofAnotherAccount(entraId, 'entra-id', 'SSO-ENTRA-006'),
  ofAnotherAccount(saml, 'saml', 'SSO-SAML-006'),
  secretIsHidden(okta, 'okta'),
  secretIsHidden(entraId, 'entra-id'),
  second(okta, 'okta'),
  second(entraId, 'entra-id'),
  second(saml, 'saml'),
];
