// Owns the SSO operations (sso.md).
import type { OidcConfigurations, SamlConfigurations } from '../account/sso/configurations.ts';
import type { SingleSignOn } from '../account/sso/sign-on.ts';
import type { UserImport } from '../account/sso/user-import.ts';
import type { Controller } from '../http/handler.ts';

export interface SsoDependencies {
  readonly sso: {
    readonly signOn: SingleSignOn;
    readonly userImport: UserImport;
    readonly okta: OidcConfigurations;
    readonly entraId: OidcConfigurations;
    readonly saml: SamlConfigurations;
  };
}

export const sso = ({ sso: { signOn, userImport, okta, entraId, saml } }: SsoDependencies): Controller<'SSO'> => ({
  getSsoUrl: async ({ body, signal }) => ({ status: 200, body: await signOn.url(body.Username, body.CallbackUrl, signal) }),

  authenticateSso: async ({ body, signal }) => ({
    status: 200,
    body: await signOn.authenticate(body.Identifier, body.AuthorizationCode, body.CallbackUrl, signal),
  }),

  getSsoUrlForImportUser: async ({ caller, body, signal }) => ({
    status: 200,
    body: await userImport.url(caller, body.CallbackUrl, signal),
  }),

  getSsoUserUserGroups: async ({ caller, query, signal }) => ({
    status: 200,
    body: await userImport.users(caller, query.authorizationCode, query.callbackUrl, signal),
  }),

  setupOkta: ({ caller, body }) => ({ status: 200, body: okta.setup(caller, body) }),
  getOkta: ({ caller }) => ({ status: 200, body: okta.get(caller) }),
  updateOkta: ({ caller, body }) => ({ status: 200, body: okta.update(caller, body) }),
  deleteOkta({ caller }) {
    okta.remove(caller);
    return { status: 200 };
  },

  setupEntraId: ({ caller, body }) => ({ status: 200, body: entraId.setup(caller, body) }),
  getEntraId: ({ caller }) => ({ status: 200, body: entraId.get(caller) }),
  updateEntraId: ({ caller, body }) => ({ status: 200, body: entraId.update(caller, body) }),
  deleteEntraId({ caller }) {
    entraId.remove(caller);
    return { status: 200 };
  },

  setupSaml: ({ caller, body }) => ({ status: 200, body: saml.setup(caller, body) }),
  getSaml: ({ caller }) => ({ status: 200, body: saml.get(caller) }),
  updateSaml: ({ caller, body }) => ({ status: 200, body: saml.update(caller, body) }),
  deleteSaml({ caller }) {
    saml.remove(caller);
    return { status: 200 };
  },
});
