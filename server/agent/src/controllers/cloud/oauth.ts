// Owns the OAuth operations of the Cloud controller (cloud.md, OAuth Authorization): one pair for each provider, all of them alike.
import { CloudType, type Schema } from '@click-kit/contract';
import type { OAuthLinks } from '../../account/oauth/oauth-links.ts';
import type { Caller } from '../../account/sessions.ts';
import type { Handlers } from '../../http/handler.ts';

export interface OAuthDependencies {
  readonly oauthLinks: OAuthLinks;
}

type Linked = 'Dropbox' | 'Box' | 'OneDrive' | 'GoogleDrive';
type OAuthOperation = `generate${Linked}AuthorizationUrl` | `complete${Linked}Authorization`;

interface Call<Body> {
  readonly caller: Caller;
  readonly body: Body;
  readonly signal: AbortSignal;
}

export function oauthOperations({ oauthLinks }: OAuthDependencies): Pick<Handlers, OAuthOperation> {
  const url =
    (type: Linked) =>
    ({ caller, body }: Call<Schema<'GenerateAuthorizationUrlRequest'>>) => ({
      status: 200 as const,
      body: oauthLinks.authorizationUrl(caller, CloudType[type], body),
    });
  const callback =
    (type: Linked) =>
    async ({ caller, body, signal }: Call<Schema<'AuthorizationCallbackWithErrorRequest'>>) => ({
      status: 200 as const,
      body: await oauthLinks.complete(caller, CloudType[type], body, signal),
    });
  return {
    generateDropboxAuthorizationUrl: url('Dropbox'),
    completeDropboxAuthorization: callback('Dropbox'),
    generateBoxAuthorizationUrl: url('Box'),
    completeBoxAuthorization: callback('Box'),
    generateOneDriveAuthorizationUrl: url('OneDrive'),
    completeOneDriveAuthorization: callback('OneDrive'),
    generateGoogleDriveAuthorizationUrl: url('GoogleDrive'),
    completeGoogleDriveAuthorization: callback('GoogleDrive'),
  };
}
