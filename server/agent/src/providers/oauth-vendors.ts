// Owns what differs between the providers that accounts are linked with by OAuth 2.0 instead of keys.
import { CloudType } from '@click-kit/contract';

export interface OAuthVendor {
  readonly cloudType: number;
  /** As people write it. */
  readonly name: string;
  /** In the settings file. */
  readonly key: string;
  /** In the paths of the API and the names of settings. */
  readonly slug: 'dropbox' | 'box' | 'onedrive' | 'googledrive';
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly apiUrl: string;
  /** Empty asks for what the client is registered with. */
  readonly scopes: readonly string[];
  /** Proof Key for Code Exchange (RFC 7636), always with S256. */
  readonly pkce: boolean;
  /** Whether the token endpoint wants the secret of the client beside PKCE. */
  readonly needsSecret: boolean;
  /** What makes the authorization one that brings a refresh token. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Says whose tokens these are, at the cost of one small answer. */
  readonly identity: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    /** Where the id stands in the answer. */
    readonly id: readonly string[];
  };
}

/** The client of this installation at a provider, and where the provider is. */
export interface OAuthApp {
  /** Empty when the provider is not configured. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly apiUrl: string;
  /** The setting that is missing when the client id is empty. */
  readonly setting: string;
}

/** developers.dropbox.com/oauth-guide: PKCE, `token_access_type=offline` for a refresh token, which is not rotated; endpoints without arguments take an empty POST. */
export const dropbox: OAuthVendor = {
  cloudType: CloudType.Dropbox,
  name: 'Dropbox',
  key: 'Dropbox',
  slug: 'dropbox',
  authorizeUrl: 'https://www.dropbox.com/oauth2/authorize',
  tokenUrl: 'https://api.dropboxapi.com/oauth2/token',
  apiUrl: 'https://api.dropboxapi.com',
  scopes: ['account_info.read', 'files.metadata.read', 'files.metadata.write', 'files.content.read', 'files.content.write'],
  pkce: true,
  needsSecret: false,
  parameters: { token_access_type: 'offline' },
  identity: { method: 'POST', path: '/2/users/get_current_account', id: ['account_id'] },
};

/**
 * developer.box.com/reference/get-authorize lists response_type, client_id, redirect_uri, state and scope, and no code challenge: no PKCE,
 * so the secret is what protects the code. developer.box.com/guides/authentication/tokens/refresh: a refresh token is good once.
 */
export const box: OAuthVendor = {
  cloudType: CloudType.Box,
  name: 'Box',
  key: 'Box',
  slug: 'box',
  authorizeUrl: 'https://account.box.com/api/oauth2/authorize',
  tokenUrl: 'https://api.box.com/oauth2/token',
  apiUrl: 'https://api.box.com',
  scopes: [],
  pkce: false,
  needsSecret: true,
  parameters: {},
  identity: { method: 'GET', path: '/2.0/users/me', id: ['id'] },
};

/**
 * learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: PKCE is recommended for all clients, `offline_access` brings a
 * refresh token, and each use may bring another one. The scopes are those of the hosted Web API (desktop.md).
 */
export const oneDrive: OAuthVendor = {
  cloudType: CloudType.OneDrive,
  name: 'OneDrive',
  key: 'OneDrive',
  slug: 'onedrive',
  authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  apiUrl: 'https://graph.microsoft.com',
  scopes: ['Files.ReadWrite.All', 'offline_access'],
  pkce: true,
  needsSecret: false,
  parameters: { response_mode: 'query' },
  identity: { method: 'GET', path: '/v1.0/me/drive', id: ['id'] },
};

/**
 * developers.google.com/identity/protocols/oauth2/native-app and /web-server: PKCE, and the secret all the same; only a consent with
 * `access_type=offline` brings a refresh token, which is not rotated. The scope is that of the hosted Web API (desktop.md).
 */
export const googleDrive: OAuthVendor = {
  cloudType: CloudType.GoogleDrive,
  name: 'Google Drive',
  key: 'GoogleDrive',
  slug: 'googledrive',
  authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  apiUrl: 'https://www.googleapis.com',
  scopes: ['https://www.googleapis.com/auth/drive'],
  pkce: true,
  needsSecret: true,
  parameters: { access_type: 'offline', prompt: 'consent' },
  identity: { method: 'GET', path: '/drive/v3/about?fields=user', id: ['user', 'permissionId'] },
};

export const oauthVendors: readonly OAuthVendor[] = [dropbox, box, oneDrive, googleDrive];
