// Owns logging: one line of JSON per record on stderr, and nothing secret in it.
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

const censored = '[redacted]';

/** Names that carry a secret, as query parameters, JSON keys or headers. `signature` covers both presign schemes in use. */
const secretNames = [
  'token',
  'jwtToken',
  'idToken',
  'password',
  'currentPassword',
  'pass',
  'accessKey',
  'secretKey',
  'secret',
  'session',
  'userCode',
  'signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'sig',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
];
const names = secretNames.join('|');

const inQuery = new RegExp(`([?&;](?:${names})=)[^&#\\s"'\\\\]*`, 'gi');
// `\\*` before each quote: the same inside a JSON text that is itself a string of the record.
const inJson = new RegExp(`(\\\\*"(?:${names})\\\\*"\\s*:\\s*)(?:(\\\\*")(?:(?!\\2).)*?\\2|\\[[^\\]]*\\]|[\\d.]+)`, 'gis');
const inHeader = /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi;
const jwt = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g;
const userInfo = /(\bhttps?:\/\/)[^\s/@"'\\]+@/gi;

/** Takes the token, presign signatures and credentials out of a URL. */
export function redactUrl(url: string): string {
  return url.replaceAll(inQuery, `$1${censored}`).replaceAll(jwt, censored).replaceAll(userInfo, `$1${censored}@`);
}

/** Takes secrets out of any text, in particular of a finished log line. */
export function redactText(text: string): string {
  const keys = text.replaceAll(inJson, (_match, key: string, quote: string | undefined) => `${key}${quote ?? '"'}${censored}${quote ?? '"'}`);
  return redactUrl(keys).replaceAll(inHeader, `$1${censored}`);
}

/** Everything passes `redactText` at the last moment, whatever field it came in. */
export function createLogger(level: LogLevel, stream: DestinationStream = destination({ dest: 2, sync: true })): Logger {
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"`, hooks: { streamWrite: redactText } }, stream);
}
