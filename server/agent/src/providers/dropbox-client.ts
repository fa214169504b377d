// Owns how the Dropbox API v2 is spoken to: its two hosts, arguments in a header, paths, and why it refuses.
import type { HttpLimits } from './http-limits.ts';
import { type AccessTokens, type ChunkLaw, type ObjectReader, ProviderError, type ProviderErrorKind } from './provider.ts';
import { type VendorAnswer, VendorApi, type VendorManners } from './vendor-api.ts';

/** The one bucket: everything that the tokens open, from the root on. Folders of Dropbox have no dates and no ids that an upload could use. */
export const DROPBOX_BUCKET = 'Dropbox';

/** Of what `content_hash` is made, and what chunks of a concurrent session are multiples of (docs: files/upload_session/start). */
export const BLOCK_BYTES = 4 * 1024 * 1024;

/** "At most 150 MB" a request: 140 MiB are below that in both readings of the unit. The number of chunks is not limited. */
export const DROPBOX_CHUNKS: ChunkLaw = {
  minBytes: BLOCK_BYTES,
  maxBytes: 35 * BLOCK_BYTES,
  quantumBytes: BLOCK_BYTES,
  maxChunks: Number.MAX_SAFE_INTEGER,
};

export type Metadata = Readonly<Record<string, unknown>>;
type Argument = Readonly<Record<string, unknown>>;

// Summaries are paths through the union of errors, as in "path/conflict/file/..": the words say more than the place.
const KINDS: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/conflict/, 'conflict'],
  [/not_found|not_file|not_folder/, 'missing'],
  [/too_many_write_operations|too_many_requests/, 'throttled'],
  [/permission|access|restricted_content|email_unverified/, 'auth'],
  [/hash_mismatch|missing_data|incorrect_offset|closed|reset|internal_error/, 'unavailable'],
];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const summaryOf = (json: Metadata): string => textOf(json.error_summary);

/** What listings and metadata tell alike of a file; a folder has none of it. */
export function fileFacts({ size, rev, server_modified }: Metadata) {
  const time = Date.parse(textOf(server_modified));
  return { size: Number(size ?? 0), eTag: textOf(rev), lastModified: Number.isNaN(time) ? undefined : new Date(time) };
}

/** developers.dropbox.com/error-handling-guide: 409 is the error of the endpoint, told by `error_summary`; other statuses are common to all. */
function kindOf(status: number, json: Metadata): ProviderErrorKind | undefined {
  if (status === 416) return 'changed';
  if (status !== 409) return undefined;
  return KINDS.find(([words]) => words.test(summaryOf(json)))?.[1] ?? 'invalid';
}

const reasonOf = (json: Metadata): string | undefined =>
  summaryOf(json)
    .replace(/\/?\.*$/, '')
    .slice(0, 100) || undefined;

const manners: VendorManners = { name: 'Dropbox', kindOf, wordsOf: reasonOf };

export class DropboxClient {
  readonly limits: HttpLimits;
  readonly #api: VendorApi;
  /** Bytes go to a host of their own; an installation that has another API host has both in one. */
  readonly #content: string;

  constructor(tokens: AccessTokens, limits?: HttpLimits) {
    this.#api = new VendorApi(manners, tokens, limits);
    this.limits = this.#api.limits;
    this.#content = tokens.apiUrl.replace(/^https:\/\/api\.dropboxapi\.com/, 'https://content.dropboxapi.com');
  }

  /** `missing` for other buckets, `invalid` for keys that are no paths here. */
  path(bucket: string, key: string): string {
    if (bucket !== DROPBOX_BUCKET)
      throw new ProviderError(
        'missing',
        `there is no bucket ${JSON.stringify(bucket)}: Dropbox has one, ${JSON.stringify(DROPBOX_BUCKET)}`,
      );
    const segments = key.replace(/\/$/, '').split('/');
    if (key !== '' && segments.some((segment) => ['', '.', '..'].includes(segment)))
      throw new ProviderError('invalid', 'Dropbox takes no empty names and no "." or ".." in a path');
    return key === '' ? '' : `/${segments.join('/')}`;
  }

  rpc(endpoint: string, argument: Argument, signal: AbortSignal, tolerated: readonly number[] = []): Promise<VendorAnswer> {
    return this.#api.call({ what: `Dropbox ${endpoint}`, method: 'POST', url: `/2/${endpoint}`, body: argument, tolerated }, signal);
  }

  upload(
    endpoint: string,
    argument: Argument,
    bytes: Buffer,
    signal: AbortSignal,
    tolerated: readonly number[] = [],
  ): Promise<VendorAnswer> {
    const headers = { 'dropbox-api-arg': asciiJson(argument), 'content-type': 'application/octet-stream' };
    const url = `${this.#content}/2/${endpoint}`;
    return this.#api.call({ what: `Dropbox ${endpoint}`, method: 'POST', url, headers, body: bytes, tolerated }, signal);
  }

  /** `rev` empty takes whichever there is; the answer names the one it is of, so that no second request can see another one. */
  download(path: string, rev: string, extent: { offset: number; length: number | undefined }, signal: AbortSignal): Promise<ObjectReader> {
    const what = 'Dropbox files/download';
    const check = (header: VendorAnswer['header']): void => {
      if (rev !== '' && parsed(header('dropbox-api-result')).rev !== rev)
        throw new ProviderError('changed', `${what}: the file is no longer the revision that was started with`);
    };
    const headers = { 'dropbox-api-arg': asciiJson({ path }) };
    return this.#api.read({ what, method: 'POST', url: `${this.#content}/2/files/download`, headers, check }, extent, signal);
  }

  /** The error for an answer that was tolerated and is none of the expected ones. */
  refusal(endpoint: string, { status, json }: VendorAnswer): ProviderError {
    return new ProviderError(
      kindOf(status, json) ?? 'invalid',
      `Dropbox ${endpoint} was answered ${status}: ${reasonOf(json) ?? 'no reason'}`,
    );
  }
}

/** Arguments in a header are JSON with everything escaped that HTTP has no place for (docs: "HTTP header safe JSON"). */
export function asciiJson(argument: Argument): string {
  return JSON.stringify(argument).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function parsed(text: string | undefined): Metadata {
  try {
    return JSON.parse(text ?? '') as Metadata;
  } catch {
    return {};
  }
}
