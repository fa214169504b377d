// Owns the ApiToken operations (apitoken.md).
import type { ApiTokens } from '../account/api-tokens/api-tokens.ts';
import type { Controller } from '../http/handler.ts';

export interface ApiTokenDependencies {
  readonly apiTokens: ApiTokens;
}

export const apiToken = ({ apiTokens }: ApiTokenDependencies): Controller<'ApiToken'> => ({
  getAllApiTokens: ({ caller }) => ({ status: 200, body: apiTokens.list(caller) }),

  insertApiToken: ({ caller, body }) => ({ status: 200, body: apiTokens.insert(caller, body) }),

  deleteApiToken({ caller, query }) {
    apiTokens.remove(caller, query.id);
    return { status: 200 };
  },
});
