// Owns the signatures of Azure Storage: Shared Key for requests, and service SAS for URLs.
import { createHmac } from 'node:crypto';

/** Blocks of 4000 MiB came with 2019-12-12, names that XML cannot hold with 2021-02-12. */
export const AZURE_VERSION = '2021-12-02';

export interface AzureKey {
  /** Name of the storage account. */
  readonly account: string;
  /** Base64, as the portal shows it. */
  readonly key: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Encoded, as it goes over the wire; with the account in front where the endpoint has it in its path. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

const SIGNED_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
];

/** learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key: the value of Authorization. */
export function sharedKey(key: AzureKey, { method, path, query, headers }: SignedRequest): string {
  // Since 2015-02-21 a length of zero is signed as nothing.
  const standard = SIGNED_HEADERS.map((name) => (name === 'content-length' && headers[name] === '0' ? '' : (headers[name] ?? '')));
  const extension = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .toSorted()
    .map((name) => `${name}:${headers[name]?.trim()}`);
  const parameters = Object.keys(query)
    .toSorted()
    .map((name) => `${name}:${query[name]}`);
  const text = [method, ...standard, ...extension, `/${key.account}${path}`, ...parameters].join('\n');
  return `SharedKey ${key.account}:${hmac(key, text)}`;
}

export interface SasGrant {
  readonly container: string;
  readonly blob: string;
  /** Letters in the order that the service wants: racwd. */
  readonly permissions: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  readonly httpsOnly: boolean;
  readonly disposition?: string;
}

/** learn.microsoft.com/rest/api/storageservices/create-service-sas, string-to-sign of 2020-12-06 and later, for one blob. */
export function serviceSas(key: AzureKey, grant: SasGrant): Record<string, string> {
  const se = new Date(Math.floor(grant.expires / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const { container, blob, permissions, httpsOnly, disposition = '' } = grant;
  const spr = httpsOnly ? 'https' : 'https,http';
  const text = [
    permissions,
    '', // start
    se,
    `/blob/${key.account}/${container}/${blob}`,
    '', // stored policy
    '', // addresses
    spr,
    AZURE_VERSION,
    'b',
    '', // snapshot
    '', // encryption scope
    '', // Cache-Control
    disposition,
    '', // Content-Encoding
    '', // Content-Language
    '', // Content-Type
  ].join('\n');
  const rscd = disposition === '' ? {} : { rscd: disposition };
  return { sv: AZURE_VERSION, sr: 'b', sp: permissions, se, spr, ...rscd, sig: hmac(key, text) };
}

function hmac({ key }: AzureKey, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
}
