// Owns AWS Signature Version 4 of S3 requests (docs.aws.amazon.com, "Authenticating Requests: Using the Authorization Header").
import { createHash, createHmac } from 'node:crypto';

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface Signable {
  readonly method: string;
  readonly host: string;
  /** Encoded as it goes over the wire. */
  readonly path: string;
  /** Encoded and sorted by name; empty without one. */
  readonly query: string;
  /** Every header that is to be signed, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hexadecimal SHA-256 of the body, or `UNSIGNED_PAYLOAD`. */
  readonly payload: string;
}

export class Signer {
  readonly #accessKey: string;
  readonly #secretKey: string;
  #day = '';
  #keys = new Map<string, Buffer>();

  constructor(accessKey: string, secretKey: string) {
    this.#accessKey = accessKey;
    this.#secretKey = secretKey;
  }

  /** The headers that were given, with date, payload hash and signature added. */
  sign({ method, host, path, query, headers, payload }: Signable, region: string, now: Date): Record<string, string> {
    const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const signed: Record<string, string> = { ...headers, 'x-amz-content-sha256': payload, 'x-amz-date': time };
    const names = [...Object.keys(signed), 'host'].toSorted();
    let fields = '';
    for (const name of names) fields += `${name}:${(name === 'host' ? host : (signed[name] ?? '')).trim().replaceAll(/ +/g, ' ')}\n`;
    const list = names.join(';');
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const request = createHash('sha256').update(`${method}\n${path}\n${query}\n${fields}\n${list}\n${payload}`).digest('hex');
    const signature = hmac(this.#keyFor(time.slice(0, 8), region), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${request}`).toString('hex');
    signed['authorization'] = `AWS4-HMAC-SHA256 Credential=${this.#accessKey}/${scope}, SignedHeaders=${list}, Signature=${signature}`;
    return signed;
  }

  #keyFor(day: string, region: string): Buffer {
    if (day !== this.#day) this.#keys = new Map();
    this.#day = day;
    const known = this.#keys.get(region);
    if (known !== undefined) return known;
    const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${this.#secretKey}`, day), region));
    this.#keys.set(region, key);
    return key;
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** RFC 3986: everything but the unreserved characters. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
