// Owns the kit's own view of an object server, past the target: what really lies there, byte by byte.
import { request } from 'node:http';
import { KitFault, messageOf, NoAnswer } from './faults.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { sha256 } from './random-bytes.ts';

export interface StoredObject {
  readonly key: string;
  readonly size: number;
}

export interface ObjectServerAccess {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly http: HttpClient;
}

export class ObjectClient {
  readonly #access: ObjectServerAccess;

  constructor(access: ObjectServerAccess) {
    this.#access = access;
  }

  async put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    await this.#send('PUT', pathOf(bucket, key), bytes);
  }

  /** With the key as it is: other clients take `..` in a path for a step up. */
  async putRaw(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    const { url, accessKey, secretKey } = this.#access;
    const { hostname, port } = new URL(url);
    const path = pathOf(bucket, key);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request({ hostname, port, auth: `${accessKey}:${secretKey}`, method: 'PUT', path, agent: false }, (answer) =>
        answer.resume().once('end', () => resolve(answer.statusCode)),
      );
      sending.once('error', reject).end(bytes);
    });
    if (status === undefined || status >= 300) throw new KitFault(`The kit's object server answered ${status} to PUT ${path}.`);
  }

  /** Undefined when there is no such object. */
  async get(bucket: string, key: string): Promise<Buffer | undefined> {
    const answer = await this.#send('GET', pathOf(bucket, key), undefined, [404]);
    return answer.status === 404 ? undefined : answer.bytes;
  }

  async sha256(bucket: string, key: string): Promise<string | undefined> {
    const bytes = await this.get(bucket, key);
    return bytes && sha256(bytes);
  }

  async has(bucket: string, key: string): Promise<boolean> {
    return (await this.#send('HEAD', pathOf(bucket, key), undefined, [404])).status !== 404;
  }

  async list(bucket: string, prefix: string): Promise<StoredObject[]> {
    const answer = await this.#send('GET', `/${bucket}?${new URLSearchParams({ prefix }).toString()}`);
    return (JSON.parse(answer.bytes.toString('utf8')) as { objects: StoredObject[] }).objects;
  }

  async #send(method: string, path: string, body?: Uint8Array, allowed: readonly number[] = []): Promise<HttpAnswer> {
    const { url, accessKey, secretKey, http } = this.#access;
    const headers = { authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}` };
    const request = { method, url: `${url}${path}`, headers, ...(body !== undefined && { body }), signal: new AbortController().signal };
    // Whatever goes wrong here is between the kit and its own server.
    const answer = await http.send(request).catch((error: unknown) => {
      throw error instanceof NoAnswer
        ? new KitFault(`The kit's object server failed ${method} ${path}: ${messageOf(error)}`, { cause: error })
        : error;
    });
    if (answer.status >= 300 && !allowed.includes(answer.status))
      throw new KitFault(`The kit's object server answered ${answer.status} to ${method} ${path}.`);
    return answer;
  }
}

const pathOf = (bucket: string, key: string): string => `/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
