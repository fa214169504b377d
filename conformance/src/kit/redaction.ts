// Owns what never leaves the kit: the secrets of a run, wherever they stand in a URL, a header, a body or a message.

export const mask = '***';

/** Query parameters whose value is a secret or stands for one. */
const secretQuery =
  /([?&](?:token|code|state|authorizationCode|signature|accessKey|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token)=)[^&#\s"']*/gi;
const secretFields =
  /("(?:password|currentPassword|jwtToken|idToken|token|accessKey|secretKey|session|userCode|totpSecret|clientSecret|authorizationCode)"\s*:\s*")(?:[^"\\]|\\.)*(")/gi;
/** Where JSON stands inside a JSON string, as in `cloudAccountJson`. */
const quotedSecretFields =
  /(\\"(?:password|currentPassword|jwtToken|idToken|token|accessKey|secretKey|session|userCode|totpSecret|clientSecret|authorizationCode)\\"\s*:\s*\\")(?:[^"\\])*(\\")/gi;
const jwt = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]{5,}/g;
const secretHeaders = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization']);
/** Shorter values are too common as words to be replaced wherever they occur. */
const shortestSecret = 4;
/** Names of fields and values of headers come again and again. */
const known = { longest: 100, most: 5000 };

export class Redactor {
  readonly #secrets = new Set<string>();
  /** Sorted once for all the texts until the next secret: a run has thousands of both. */
  #longestFirst: readonly string[] | undefined;
  readonly #known = new Map<string, string>();

  /** Remembers a value, so that it is masked in every text, also where it stands percent-encoded or inside JSON. */
  add(...secrets: (string | undefined)[]): void {
    for (const secret of secrets) {
      if (secret === undefined || secret.length < shortestSecret) continue;
      for (const form of [secret, encodeURIComponent(secret), new URLSearchParams({ a: secret }).toString().slice(2)])
        this.#secrets.add(form);
      this.#secrets.add(JSON.stringify(secret).slice(1, -1));
      this.#secrets.add(Buffer.from(secret, 'utf8').toString('base64'));
    }
    this.#longestFirst = undefined;
    this.#known.clear();
  }

  text(value: string): string {
    if (value.length > known.longest) return this.#masked(value);
    const before = this.#known.get(value);
    if (before !== undefined) return before;
    const text = this.#masked(value);
    if (this.#known.size < known.most) this.#known.set(value, text);
    return text;
  }

  #masked(value: string): string {
    let text = value
      .replace(jwt, mask)
      .replace(secretQuery, `$1${mask}`)
      .replace(secretFields, `$1${mask}$2`)
      .replace(quotedSecretFields, `$1${mask}$2`);
    this.#longestFirst ??= [...this.#secrets].sort((a, b) => b.length - a.length);
    for (const secret of this.#longestFirst) if (secret.length <= text.length) text = text.replaceAll(secret, mask);
    return text;
  }

  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, secretHeaders.has(name.toLowerCase()) ? mask : this.text(value)]),
    );
  }

  /** Every string of a value, keys of objects included. */
  deep<Value>(value: Value): Value {
    return this.#deep(value) as Value;
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#deep(item)]));
  }
}
