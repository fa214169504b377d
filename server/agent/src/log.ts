// Owns logging: one line of JSON per record on stderr, and nothing secret in it.
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

const censored = '[redacted]';

/** Names that carry a secret, as query parameters, JSON keys or headers. `signature` covers both presign schemes in use. */
const secretNames = [
  'token',
  'jwtToken',
  'idToken',
  'access_token',
  'refresh_token',
  'accessToken',
  'refreshToken',
  'client_secret',
  'clientSecret',
  'code_verifier',
  'password',
  'currentPassword',
  'pass',
  'accessKey',
  'secretKey',
  'secret',
  'session',
  'userCode',
  'clientSecret',
  'client_secret',
  'authorizationCode',
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
const secretKeys = new Set(secretNames.map((name) => name.toLowerCase()));

// In a URL these are an authorization code and its state; elsewhere they are too common as words.
const inQuery = new RegExp(`([?&;](?:${names}|code|state)=)[^&#\\s"'\\\\]*`, 'gi');
// JSON inside a text stands there with its quotes escaped, so each is led by the same run of backslashes.
const jsonText = new RegExp(`(?<!\\\\)(\\\\*)"(?:${names})\\1"\\s*:\\s*\\1"`, 'gi');
const jsonOther = new RegExp(`(?<!\\\\)((\\\\*)"(?:${names})\\2"\\s*:\\s*)(?:\\[[^\\]]*\\]?|[\\d.]+)`, 'gi');
const inHeader = /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi;
const jwt = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g;
const apiToken = /\bclk_[\w-]{8,}/g;
const userInfo = /(\bhttps?:\/\/)[^\s/@"'\\]+@/gi;

/** Takes the token, presign signatures and credentials out of a URL. */
export function redactUrl(url: string): string {
  return url
    .replaceAll(inQuery, `$1${censored}`)
    .replaceAll(jwt, censored)
    .replaceAll(apiToken, censored)
    .replaceAll(userInfo, `$1${censored}@`);
}

/** Takes secrets out of any text, JSON inside it included. */
export function redactText(text: string): string {
  return redactUrl(redactJsonText(text.replaceAll(jsonOther, `$1${censored}`))).replaceAll(inHeader, `$1${censored}`);
}

function redactJsonText(text: string): string {
  let [result, end] = ['', 0];
  for (const match of text.matchAll(jsonText)) {
    if (match.index < end) continue;
    const start = match.index + match[0].length;
    result += text.slice(end, start) + censored;
    end = endOfString(text, start, match[1]?.length ?? 0);
  }
  return result + text.slice(end);
}

/** Where the string that starts at `start` ends; `run` backslashes lead its quotes, and twice as many and one those inside it. */
function endOfString(text: string, start: number, run: number): number {
  for (let quote = text.indexOf('"', start); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (quote - backslashes > start && text[quote - backslashes - 1] === '\\') backslashes += 1;
    if (backslashes % (2 * run + 2) === run) return quote - run;
  }
  return text.length;
}

const redactValue = (key: string, value: unknown): unknown => {
  if (secretKeys.has(key.toLowerCase()) && value !== null) return censored;
  return typeof value === 'string' ? redactText(value) : value;
};

/** A finished record, whatever its fields are; this is the last thing that happens to it before it is written. */
function redactRecord(line: string): string {
  try {
    return `${JSON.stringify(JSON.parse(line, redactValue))}\n`;
  } catch {
    // Whatever broke the record, its text may still hold a secret; logging itself must not fail.
    return redactText(line);
  }
}

export function createLogger(level: LogLevel, stream: DestinationStream = destination({ dest: 2, sync: true })): Logger {
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"`, hooks: { streamWrite: redactRecord } },
    stream,
  );
}
