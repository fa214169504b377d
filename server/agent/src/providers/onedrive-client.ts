// Owns how Microsoft Graph v1.0 is spoken to about a OneDrive: items by their path, what their names may be, and why it refuses.
import type { HttpLimits } from './http-limits.ts';
import { type AccessTokens, type ChunkLaw, ProviderError, type ProviderErrorKind } from './provider.ts';
import { type VendorAnswer, VendorApi, type VendorManners, type VendorRequest } from './vendor-api.ts';

/** The one bucket: the drive of the user who has linked the account. */
export const ONEDRIVE_BUCKET = 'OneDrive';
export const DRIVE = '/v1.0/me/drive';

/** learn.microsoft.com/graph/api/driveitem-createuploadsession: fragments are a multiple of 320 KiB, and below 60 MiB. */
export const FRAGMENT_BYTES = 320 * 1024;
export const ONEDRIVE_CHUNKS: ChunkLaw = {
  minBytes: FRAGMENT_BYTES,
  maxBytes: 191 * FRAGMENT_BYTES,
  quantumBytes: FRAGMENT_BYTES,
  maxChunks: Number.MAX_SAFE_INTEGER,
};

export type Item = Readonly<Record<string, unknown>>;

export interface OneDriveTimes {
  /** An upload session that is not found may only not be found yet: it is asked for once more after so many milliseconds. */
  readonly againMs: number;
  /** Between two looks at a copy that is under way. */
  readonly pollMs: number;
  /** How long a copy may say that it is at it without getting any further. */
  readonly copyMs: number;
}

export const defaultTimes: OneDriveTimes = { againMs: 2000, pollMs: 1000, copyMs: 600_000 };

const codeOf = ({ error }: Item): string => {
  const code: unknown = typeof error === 'object' && error !== null ? (error as Item).code : undefined;
  return typeof code === 'string' ? code : '';
};

/** learn.microsoft.com/graph/errors and /onedrive/developer/rest-api/concepts/errors. */
function kindOf(status: number, json: Item): ProviderErrorKind | undefined {
  if (status === 416) return 'changed';
  if (status === 409 || codeOf(json) === 'nameAlreadyExists') return 'conflict';
  if (status === 509 || codeOf(json) === 'activityLimitReached') return 'throttled';
  // No space: no retry helps.
  if (status === 507 || codeOf(json) === 'quotaLimitReached') return 'invalid';
  return undefined;
}

const manners: VendorManners = { name: 'OneDrive', kindOf, wordsOf: (json) => codeOf(json).slice(0, 100) || undefined };

export class OneDriveClient {
  readonly api: VendorApi;
  readonly times: OneDriveTimes;
  readonly #apiUrl: string;

  constructor(tokens: AccessTokens, limits?: HttpLimits, times: OneDriveTimes = defaultTimes) {
    this.api = new VendorApi(manners, tokens, limits);
    this.times = times;
    this.#apiUrl = tokens.apiUrl;
  }

  /** The address of an item, or of what it has (`children`, `content`). */
  at(bucket: string, key: string, part = ''): string {
    checkBucket(bucket);
    const path = key.replace(/\/$/, '');
    if (path === '') return `${DRIVE}/root${part === '' ? '' : `/${part}`}`;
    return `${DRIVE}/root:/${path.split('/').map(segment).join('/')}${part === '' ? '' : `:/${part}`}`;
  }

  call(request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer> {
    return this.api.call(request, signal);
  }

  /** An address of the API that an answer holds: another origin would get the token of the account. */
  sameApi(url: string): string {
    if (URL.canParse(url) && new URL(url).origin === new URL(this.#apiUrl).origin) return url;
    throw new ProviderError('invalid', 'OneDrive points to a next page on another origin');
  }

  /** An address that an answer holds and that carries its own proof, which must not be shown to anybody on the way. */
  ownProof(url: unknown, what: string): string {
    const secure = this.#apiUrl.startsWith('https:') ? /^https:/ : /^https?:/;
    if (typeof url === 'string' && secure.test(url) && URL.canParse(url)) return url;
    throw new ProviderError('invalid', `OneDrive gave no usable address for ${what}`);
  }

  /** The error for an answer that was tolerated and is none of the expected ones. */
  refusal(what: string, { status, json }: VendorAnswer): ProviderError {
    const kind = status === 409 ? 'conflict' : 'unavailable';
    return new ProviderError(kind, `${what} was answered ${status}: ${codeOf(json) || 'no reason'}`);
  }
}

export function checkBucket(bucket: string): void {
  if (bucket !== ONEDRIVE_BUCKET)
    throw new ProviderError(
      'missing',
      `there is no bucket ${JSON.stringify(bucket)}: OneDrive has one, ${JSON.stringify(ONEDRIVE_BUCKET)}`,
    );
}

/**
 * learn.microsoft.com/graph/onedrive-addressing-driveitems: reserved characters. Spaces at the ends and a final period are cut off by
 * SharePoint, which would make it another name than the one that was asked for.
 */
function segment(name: string): string {
  if (/["*:<>?\\|]/.test(name)) throw new ProviderError('invalid', 'OneDrive takes no name with one of the characters " * : < > ? \\ |');
  if (name === '' || /^\s|\s$|\.$/.test(name))
    throw new ProviderError('invalid', 'OneDrive takes no empty name and none that starts with a space or ends in a space or a period');
  try {
    return encodeURIComponent(name);
  } catch (error) {
    throw new ProviderError('invalid', 'keys must be well-formed Unicode', { cause: error });
  }
}
