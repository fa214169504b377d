// Owns the heads of HTTP/1.1 messages (RFC 9112): requests as they are sent, answers as far as they are well formed.
import { ProviderError } from '../provider.ts';

export interface Head {
  readonly status: number;
  /** Names in lower case; the values of a repeated field are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** How the body ends: after so many bytes, by its chunks, or with the connection. */
  readonly body: number | 'chunked' | 'close';
  readonly keepAlive: boolean;
  /** Milliseconds that the server keeps an idle connection, where it says so. */
  readonly keepMs: number | undefined;
}

const STATUS = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex
const UNFIT = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const SENDABLE = /^[\t\x20-\x7e]*$/;

export function requestHead(method: string, path: string, host: string, headers: Readonly<Record<string, string>>): string {
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!SENDABLE.test(value)) throw new ProviderError('invalid', `the header ${name} cannot hold this value: printable ASCII only`);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/** Throws for anything that two readers could understand differently. */
export function parseHead(bytes: Buffer, method: string): Head {
  const [first = '', ...lines] = bytes.toString('latin1').slice(0, -4).split('\r\n');
  const [, minor, code] = STATUS.exec(first) ?? [];
  if (code === undefined) throw malformed('status line');
  const headers = fieldsOf(lines);
  const status = Number(code);
  const connection = headers.get('connection')?.toLowerCase() ?? '';
  const keepAlive = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})/i.exec(headers.get('keep-alive') ?? '')?.[1];
  const body = bodyOf(headers, status, method);
  return {
    status,
    headers,
    body,
    keepAlive: keepAlive && body !== 'close',
    keepMs: seconds === undefined ? undefined : Number(seconds) * 1000,
  };
}

function fieldsOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name) || UNFIT.test(line)) throw malformed('header');
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    if (before !== undefined && name === 'content-length') throw malformed('second Content-Length');
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

// RFC 9112, 6.3.
function bodyOf(headers: ReadonlyMap<string, string>, status: number, method: string): Head['body'] {
  const [length, coding] = [headers.get('content-length'), headers.get('transfer-encoding')];
  if (length !== undefined && coding !== undefined) throw malformed('pair of Content-Length and Transfer-Encoding');
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw malformed('Content-Length');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw malformed('Transfer-Encoding');
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) return 'chunked';
  return length === undefined ? 'close' : Number(length);
}

function malformed(what: string): ProviderError {
  return new ProviderError('unavailable', `the server answered with a malformed ${what}`);
}
