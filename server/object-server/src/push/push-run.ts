// Owns one run of a push: from the first question to the target to the verified copy, as often as it takes.

import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from '../limits.ts';
import type { OpenObject } from '../object-store.ts';
import { fatal, headerOf, isRefusal, PushFailure, refusalOf, Stopped } from './push-failure.ts';
import { NOTHING_SENT, type Push } from './push.ts';
import { blocksOf, RunningDigest } from './running-digest.ts';
import type { TargetClient } from './target-client.ts';
import { createUpload, discover, offsetOf, removeUpload, sendChunk, type TusAbilities } from './tus-target.ts';
import { sweepUploads } from './upload-sweep.ts';
import { sha256In, verifyCopy, WANT_DIGEST } from './verification.ts';

export interface RunTools {
  push: Push;
  source: OpenObject;
  client: TargetClient;
  limits: Readonly<Limits>;
  /** Keeps what the push knows now. */
  save: () => Promise<void>;
  /** The same for the mere number of bytes, which the target is asked for anyway: only now and then. */
  saveProgress: () => Promise<void>;
  /** The copy is there and as it has to be, its SHA-256 compared or not: from now on the push cannot be cancelled. */
  verified: (checksumVerified: boolean) => Promise<void>;
  /** Aborted by a pause: nothing new is begun. */
  soft: AbortSignal;
  /** Aborted when there is no more time: what is under way is cut off. */
  hard: AbortSignal;
  random: () => number;
}

export class PushRun {
  readonly #tools: RunTools;
  readonly #digest: RunningDigest;
  readonly #url: URL;

  constructor(tools: RunTools) {
    this.#tools = tools;
    this.#digest = new RunningDigest(tools.source.handle, tools.limits.readChunkBytes);
    this.#url = tools.client.object(tools.push.target);
  }

  /** Resolves when the copy is there and verified. */
  async run(): Promise<void> {
    const { push, limits } = this.#tools;
    let furthest = push.bytes;
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#checkStopped();
        await this.#attempt();
        return;
      } catch (error) {
        if (!(error instanceof PushFailure) || !error.retryable) throw error;
        if (push.bytes > furthest) [furthest, attempt] = [push.bytes, 1];
        if (attempt >= limits.pushAttempts) throw error;
        await this.#backOff(attempt, error);
      }
    }
  }

  async #attempt(): Promise<void> {
    const { client, push, save, verified, hard } = this.#tools;
    const abilities = await discover(client, this.#url);
    await this.#noteRoute();
    if (abilities === undefined) await this.#put();
    else await this.#upload(abilities);
    const checksumVerified = await this.#verify();
    hard.throwIfAborted();
    await verified(checksumVerified);
    if (push.session === '') return;
    await removeUpload(client, new URL(push.session)).catch(() => undefined);
    push.session = '';
    await save();
  }

  async #noteRoute(): Promise<void> {
    const { client, push, save } = this.#tools;
    if (push.via === client.via) return;
    push.via = client.via;
    await save();
  }

  async #upload(abilities: TusAbilities): Promise<void> {
    const { push, saveProgress } = this.#tools;
    const session = await this.#openUpload();
    if (session === undefined) return;
    while (push.bytes < push.total) {
      this.#checkStopped();
      await this.#sendChunk(session, abilities);
      await this.#noteRoute();
      await saveProgress();
    }
  }

  /** Undefined when the object turns out to be there already: the answer to what published it got lost, and then the upload. */
  async #openUpload(): Promise<URL | undefined> {
    const { push, client, save } = this.#tools;
    if (push.session !== '') {
      const session = new URL(push.session);
      const offset = await offsetOf(client, session, push.total);
      if (offset !== undefined) {
        push.bytes = offset;
        return session;
      }
    }
    if ((push.bytes > 0 || push.published !== 'no') && (await this.#isThere())) {
      push.bytes = push.total;
      if (push.published === 'no') push.published = 'perhaps';
      return undefined;
    }
    if (push.session === '') await this.#refuseExisting();
    if (push.opening) await sweepUploads(client, push);
    push.opening = true;
    // An empty object is published by the creation itself.
    if (push.total === 0) push.published = 'perhaps';
    const session = await this.#create();
    push.session = session.href;
    push.bytes = 0;
    push.opening = false;
    await save();
    return session;
  }

  async #create(): Promise<URL> {
    const { client, push } = this.#tools;
    const { total: size, contentType, overwrite } = push;
    try {
      return await createUpload(client, this.#url, { size, contentType, overwrite });
    } catch (error) {
      if (isRefusal(error)) Object.assign(push, NOTHING_SENT);
      throw error;
    }
  }

  async #sendChunk(session: URL, { crc32 }: TusAbilities): Promise<void> {
    const { push, client, source, limits, hard } = this.#tools;
    const [start, end] = [push.bytes, Math.min(push.bytes + push.chunkBytes, push.total)];
    const checksum = crc32 ? await this.#digest.crc32(start, end, hard) : undefined;
    const body = blocksOf(source.handle, start, end, limits.readChunkBytes);
    const eTag = await sendChunk(client, session, { start, end, crc32: checksum, body });
    push.bytes = end;
    if (end === push.total) this.#notePublished(eTag);
  }

  #notePublished(eTag = ''): void {
    const { push } = this.#tools;
    push.published = 'yes';
    push.copyETag = eTag.startsWith('W/') ? '' : eTag;
  }

  /** A target without tus gets the whole object in one request; nothing of an interrupted one is of use. */
  async #put(): Promise<void> {
    const { push, client, source, limits, save } = this.#tools;
    push.bytes = 0;
    if (push.published !== 'no' && (await this.#isThere())) {
      push.bytes = push.total;
      return;
    }
    await this.#refuseExisting();
    // Kept before a byte is sent: without it nobody could tell after a death whose object is there.
    Object.assign(push, { published: 'perhaps', copyETag: '' });
    await save();
    const headers = {
      'content-type': push.contentType,
      'content-length': String(push.total),
      ...(push.overwrite ? {} : { 'if-none-match': '*' }),
    };
    const body = blocksOf(source.handle, 0, push.total, limits.readChunkBytes);
    const answer = await client.send({ method: 'PUT', url: this.#url, headers, body });
    if (answer.status >= 300 && answer.status < 500) push.published = 'no';
    if (answer.status === 404) throw fatal(`The target has no such bucket. ${answer.detail}`.trim());
    if (answer.status < 200 || answer.status >= 300) throw refusalOf('PUT to the target', answer);
    push.bytes = push.total;
    this.#notePublished(headerOf(answer, 'etag'));
  }

  /** Asked before a byte is sent; the condition on the request itself decides. */
  async #refuseExisting(): Promise<void> {
    const { push, client } = this.#tools;
    if (push.overwrite) return;
    const { status } = await client.send({ method: 'HEAD', url: this.#url });
    if (status === 200) throw fatal('The target exists already, and overwriting it was not asked for.');
  }

  async #isThere(): Promise<boolean> {
    const { push, client, hard } = this.#tools;
    const answer = await client.send({ method: 'HEAD', url: this.#url, headers: WANT_DIGEST });
    if (answer.status !== 200 || Number(headerOf(answer, 'content-length')) !== push.total) return false;
    if (push.copyETag !== '' && headerOf(answer, 'etag') === push.copyETag) return true;
    const digest = sha256In(answer);
    return digest !== undefined && digest === (await this.#digest.sha256(push.total, hard));
  }

  async #verify(): Promise<boolean> {
    const { push, client, hard } = this.#tools;
    return await verifyCopy(client, this.#url, { size: push.total, sha256: () => this.#digest.sha256(push.total, hard) });
  }

  #checkStopped(): void {
    if (this.#tools.soft.aborted) throw new Stopped();
  }

  /** Full jitter, unless the target says how long. */
  async #backOff(attempt: number, { retryAfterMs }: PushFailure): Promise<void> {
    const { limits, soft, random } = this.#tools;
    const ceiling = Math.min(limits.pushRetryCapMs, limits.pushRetryBaseMs * 2 ** (attempt - 1));
    const ms = retryAfterMs === undefined ? random() * ceiling : Math.min(retryAfterMs, limits.pushRetryAfterCapMs);
    await delay(ms, undefined, { signal: soft }).catch(() => {
      throw new Stopped();
    });
  }
}
