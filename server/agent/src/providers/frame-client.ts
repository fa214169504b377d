// Owns the requests to Frame.io: projects, assets and their children, over the v2 API with a developer token.
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { ProviderError, type ProviderAccount } from './provider.ts';
import { VendorApi, type VendorRequest } from './vendor-api.ts';

export interface FrameLimits extends HttpLimits {
  /** Milliseconds that Frame.io may take to put an upload together, and between two looks at it. */
  readonly assemblyMs: number;
  readonly lookMs: number;
}

export const defaultFrameLimits: FrameLimits = { ...defaultHttpLimits, assemblyMs: 60_000, lookMs: 1000 };

/** An asset as the v2 API tells it (developer.frame.io/platform/v2/api-reference/assets). */
export interface Asset {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly filesize: number;
  /** Empty while parts are missing. */
  readonly completed: string;
  /** Where the bytes are; carries its own proof. */
  readonly original: string;
  /** Only in the answer to the creation of a file. */
  readonly uploadUrls: readonly string[];
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly root: string;
  readonly created: string;
}

const PAGE_SIZE = 50;

export class FrameClient {
  readonly api: VendorApi;
  readonly limits: FrameLimits;
  readonly #team: string;

  /** `accessKey` narrows the projects to one account or team, by id or name; empty: all that the token opens. */
  constructor({ accessKey, secretKey, endpoint }: ProviderAccount, limits: FrameLimits) {
    if (secretKey === '') throw new ProviderError('invalid', 'a Frame.io account needs a developer token as its secret key');
    const refusal = new ProviderError('auth', 'Frame.io refused the developer token: make another one at developer.frame.io');
    const tokens = {
      apiUrl: addressOf(endpoint),
      // A developer token is never refreshed.
      get: (_signal: AbortSignal, refused?: string) => (refused === undefined ? Promise.resolve(secretKey) : Promise.reject(refusal)),
    };
    this.#team = accessKey;
    this.limits = limits;
    this.api = new VendorApi({ name: 'Frame.io' }, tokens, limits);
  }

  async me(signal: AbortSignal): Promise<void> {
    await this.api.call({ what: 'Frame.io me', method: 'GET', url: '/me' }, signal);
  }

  async projects(signal: AbortSignal): Promise<readonly Project[]> {
    const teams = await this.#all('teams', '/teams', signal);
    const chosen = teams.filter((team) => this.#team === '' || [team['id'], team['name'], team['account_id']].includes(this.#team));
    if (this.#team !== '' && chosen.length === 0)
      throw new ProviderError('missing', 'the token opens no account or team of the name in accessKey: leave it empty for all');
    const found: Project[] = [];
    for (const team of chosen) {
      for (const project of await this.#all('projects', `/teams/${text(team, 'id')}/projects`, signal))
        found.push({
          id: text(project, 'id'),
          name: text(project, 'name'),
          root: text(project, 'root_asset_id'),
          created: text(project, 'inserted_at'),
        });
    }
    return found;
  }

  async children(id: string, signal: AbortSignal): Promise<readonly Asset[]> {
    return (await this.#all('children', `/assets/${id}/children`, signal)).map(assetOf);
  }

  /** Undefined for one that is not there, or was deleted. */
  async asset(id: string, signal: AbortSignal): Promise<Asset | undefined> {
    const request = { what: 'Frame.io asset', method: 'GET', url: `/assets/${encodeURIComponent(id)}`, tolerated: [404] } as const;
    const { status, json } = await this.api.call(request, signal);
    return status === 404 || typeof json['deleted_at'] === 'string' ? undefined : assetOf(json);
  }

  async create(parent: string, body: VendorRequest['body'] & object, signal: AbortSignal): Promise<Asset> {
    const request = { what: 'Frame.io create', method: 'POST', url: `/assets/${parent}/children`, body } as const;
    return assetOf((await this.api.call(request, signal)).json);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.api.call({ what: 'Frame.io delete', method: 'DELETE', url: `/assets/${id}`, tolerated: [404] }, signal);
  }

  async #all(what: string, path: string, signal: AbortSignal): Promise<readonly Json[]> {
    const found: Json[] = [];
    for (let page = 1; ; page++) {
      const url = `${path}?page_size=${PAGE_SIZE}&page=${page}`;
      const answer = await this.api.call({ what: `Frame.io ${what}`, method: 'GET', url }, signal);
      found.push(...answer.items.filter(isJson));
      const pages = Number(answer.header('total-pages') ?? Number.NaN);
      if (Number.isNaN(pages) ? answer.items.length < PAGE_SIZE : page >= pages) return found;
    }
  }
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function text(json: Json, name: string): string {
  const value = json[name];
  return typeof value === 'string' ? value : '';
}

function assetOf(json: Json): Asset {
  const urls = json['upload_urls'];
  return {
    id: text(json, 'id'),
    name: text(json, 'name'),
    type: text(json, 'type'),
    filesize: typeof json['filesize'] === 'number' ? json['filesize'] : 0,
    completed: text(json, 'upload_completed_at'),
    original: text(json, 'original'),
    uploadUrls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [],
  };
}

function addressOf(endpoint: string): string {
  const address = endpoint === '' ? 'https://api.frame.io/v2' : /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(address)) throw new ProviderError('invalid', 'endpoint must be a host name or an http or https URL');
  return address.replace(/\/+$/, '');
}
