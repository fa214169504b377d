// Owns the S3 requests that carry or weigh objects: signed by ourselves, on connections of our own. The SDK costs a millisecond each.
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { CloudType } from '@click-kit/contract';
import { ProviderError, type ProviderAccount } from './provider.ts';
import { s3Error, S3Refusal } from './s3-errors.ts';
import type { S3Limits } from './s3-limits.ts';
import { type BucketPlace, bucketPlace, encodePath, type Place } from './s3-place.ts';
import { exchange, type Answer, type WireLimits } from './wire/exchange.ts';
import { EMPTY_SHA256, Signer } from './wire/sigv4.ts';

export interface S3Request {
  /** Names the request in errors. */
  readonly what: string;
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly bucket: string;
  readonly key: string;
  /** Encoded and sorted by name. */
  readonly query?: string;
  /** Names in lower case; every one is signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** What is signed in place of the body; for a request without one it need not be given. */
  readonly payload?: string;
  /** Statuses that are an answer and no error, beside 2xx. */
  readonly tolerated?: readonly number[];
}

const DETAIL_BYTES = 64 * 1024;
const PIECE_BYTES = 2 * 1024 * 1024;
/** S3 refuses requests whose clock is off by more than 15 minutes. */
const SKEW_MS = 5 * 60_000;
const wireLimits = new WeakMap<S3Limits, WireLimits>();
/** Where AWS has the buckets that are not in the region of their account. */
const regions = new Map<string, string>();
const MAX_REGIONS = 10_000;

function limitsFor(limits: S3Limits): WireLimits {
  let known = wireLimits.get(limits);
  if (known === undefined) {
    const { connectMs, answerMs, stallMs, connections } = limits;
    wireLimits.set(limits, (known = { connectMs, headersMs: answerMs, stallMs, connectionsPerServer: connections }));
  }
  return known;
}

export class S3Data {
  readonly #place: Place;
  readonly #limits: S3Limits;
  readonly #signer: Signer;
  readonly #asStored: boolean;
  #skewMs = 0;
  readonly #buckets = new Map<string, BucketPlace>();

  constructor(account: ProviderAccount, place: Place, limits: S3Limits) {
    this.#place = place;
    this.#limits = limits;
    this.#signer = new Signer(account.accessKey, account.secretKey);
    this.#asStored = account.cloudType === CloudType.Google;
  }

  /** Whether TLS protects the bodies. */
  get secure(): boolean {
    return this.#place.endpoint?.startsWith('http:') !== true;
  }

  /** Rejects with a `ProviderError` for statuses other than 2xx and `tolerated`. */
  async send(request: S3Request, signal: AbortSignal): Promise<Answer> {
    for (let again = false; ; again = true) {
      const region = regions.get(request.bucket) ?? this.#place.region;
      const answer = await this.#once(request, this.#place.followRegionRedirects === true ? region : this.#place.region, signal);
      if ((answer.status >= 200 && answer.status < 300) || request.tolerated?.includes(answer.status) === true) return answer;
      const error = await refusalOf(request, answer, signal);
      if (again || !this.#learns(request, answer, region)) throw error;
    }
  }

  async #once({ what, method, body, ...request }: S3Request, region: string, signal: AbortSignal): Promise<Answer> {
    const { origin, host, prefix } = this.#placeOf(region, request.bucket);
    const path = prefix + encodePath(request.key);
    const { query = '', headers = {}, payload = EMPTY_SHA256 } = request;
    const now = new Date(Date.now() + this.#skewMs);
    const signed = this.#signer.sign({ method, host, path, query, headers, payload }, region, now);
    // Objects stored with Content-Encoding: gzip would be unpacked for whoever does not take them as they are; unsigned, since Google's
    // front end changes it (rclone issue 6670).
    if (this.#asStored && method !== 'PUT') signed['accept-encoding'] = 'gzip';
    try {
      return await exchange(
        {
          what,
          method,
          origin,
          path: query === '' ? path : `${path}?${query}`,
          headers: signed,
          ...(body !== undefined && { body, answerMs: this.#limits.partMs }),
          repeatable: headers['if-none-match'] === undefined,
        },
        limitsFor(this.#limits),
        signal,
      );
    } catch (error) {
      throw s3Error(what, error, signal);
    }
  }

  #placeOf(region: string, bucket: string): BucketPlace {
    const name = `${region} ${bucket}`;
    let known = this.#buckets.get(name);
    if (known === undefined) this.#buckets.set(name, (known = bucketPlace(this.#place, region, bucket)));
    return known;
  }

  /** Whether the refusal told something by which the same request may succeed: the region of the bucket, or the time. */
  #learns({ bucket }: S3Request, answer: Answer, region: string): boolean {
    const actual = answer.header('x-amz-bucket-region');
    if (this.#place.followRegionRedirects === true && actual !== undefined && actual !== region && /^[a-z0-9-]{1,32}$/.test(actual)) {
      if (regions.size >= MAX_REGIONS) regions.clear();
      regions.set(bucket, actual);
      return true;
    }
    const skewMs = Date.parse(answer.header('date') ?? '') - Date.now();
    if (answer.status !== 403 || !(Math.abs(skewMs - this.#skewMs) > SKEW_MS)) return false;
    this.#skewMs = skewMs;
    return true;
  }
}

async function refusalOf({ what }: S3Request, answer: Answer, signal: AbortSignal): Promise<unknown> {
  // The status decides where the explanation breaks off.
  const text = await answer.text(DETAIL_BYTES, signal).catch(() => '');
  const code = /<Code>([A-Za-z0-9._-]{1,100})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]{1,500})<\/Message>/.exec(text)?.[1] ?? '';
  const retryAfter = answer.header('retry-after');
  return s3Error(what, new S3Refusal(code, message, { status: answer.status, ...(retryAfter !== undefined && { retryAfter }) }), signal);
}

/** Hexadecimal. In another thread it would need a copy of the bytes, and with the chunks of all lanes a lot of memory. */
export async function sha256(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    // Two milliseconds at a time: the other lanes go on in between.
    if (at > 0) await turn();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest('hex');
}

/** The code that an S3 store gave for a refusal; empty when it is none. */
export function refusalCode(error: unknown): string {
  return error instanceof ProviderError && error.cause instanceof Error ? error.cause.name : '';
}
