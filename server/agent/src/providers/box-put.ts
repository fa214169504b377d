// Owns storing a whole file at Box by one request, checked by its SHA-1 on both sides, and what a lost answer meant.
import { type BoxApi, itemOf } from './box-api.ts';
import { BoxForm } from './box-form.ts';
import type { Place, TreeItem } from './id-tree.ts';
import { ProviderError, type UploadRequest, type UploadSession, type Chunk, type Verification } from './provider.ts';
import { type Json, listOf } from './vendor-json.ts';

/** Where a file goes, and what is there before. */
export interface BoxTarget {
  readonly place: Place;
  readonly before: TreeItem | undefined;
}

/** developer.box.com/guides/uploads/direct. */
const directBytes = 50_000_000;

export function formOf({ place }: BoxTarget, size: number): BoxForm {
  if (size > directBytes)
    throw new ProviderError('invalid', `Box takes at most ${directBytes} bytes in one request: set a smaller chunk size`);
  return new BoxForm({ name: place.name, parent: { id: place.folder } }, size);
}

export async function putForm(
  api: BoxApi,
  target: BoxTarget,
  form: BoxForm,
  ifAbsent: boolean,
  signal: AbortSignal,
): Promise<Verification> {
  const sha1 = form.sha1();
  try {
    const file = await send(api, target, form, { sha1, ifAbsent }, signal);
    if (fits(file, { sha1, size: form.size })) return 'object';
    await undo(api, target, file, signal);
  } catch (error) {
    const lost = error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
    if (!lost || !(await appeared(api, target.place, { sha1, size: form.size }, signal))) throw error;
    return 'object';
  }
  throw new ProviderError('unavailable', 'Box stored other bytes than it was sent; the copy was taken back');
}

async function send(
  api: BoxApi,
  { place, before }: BoxTarget,
  form: BoxForm,
  { sha1, ifAbsent }: { sha1: string; ifAbsent: boolean },
  signal: AbortSignal,
): Promise<TreeItem> {
  const post = (path: string, tolerated: readonly number[]) =>
    api.call(
      {
        what: 'Box upload',
        method: 'POST',
        url: `${api.uploads}/files/${path}`,
        // The header has the name of another algorithm, and a SHA-1 in it.
        headers: { 'content-type': form.contentType, 'content-md5': sha1 },
        body: form.body,
        tolerated,
      },
      signal,
    );
  const first = await post(before === undefined ? 'content' : `${before.id}/content`, before === undefined ? [409] : []);
  if (first.status !== 409) return entryOf(first.json);
  const { id } = api.taken(first.json, place);
  if (ifAbsent) throw new ProviderError('conflict', `${JSON.stringify(place.name)} appeared at Box meanwhile`);
  return entryOf((await post(`${id}/content`, [])).json);
}

export const entryOf = (json: Json): TreeItem => itemOf(listOf(json['entries'])[0] ?? {});

export const fits = (file: TreeItem | undefined, wanted: { sha1: string; size: number }): boolean =>
  file?.size === wanted.size && file.checksum?.value === wanted.sha1;

/** Whether the very bytes are in the place: then an earlier answer got lost. */
export async function appeared(api: BoxApi, place: Place, wanted: { sha1: string; size: number }, signal: AbortSignal): Promise<boolean> {
  return fits(await api.preflight(place, wanted.size, signal), wanted);
}

/** A new file goes to the trash; of an older one, the version before is made the current one again. */
export async function undo(api: BoxApi, { before }: BoxTarget, file: TreeItem, signal: AbortSignal): Promise<void> {
  if (file.id === '') return;
  if (before === undefined) return api.remove({ id: file.id, kind: 'file' }, signal);
  const body = { type: 'file_version', id: before.version };
  await api.call({ what: 'Box promote version', method: 'POST', url: `/2.0/files/${before.id}/versions/current`, body }, signal);
}

/**
 * Box opens sessions for 20 MB and more only, which lies above one chunk of the engine: what is between them is collected here, at
 * most 20 MB, and sent at `commit`. After a pause it starts again.
 */
export class BoxCollector implements UploadSession {
  readonly resumable = false;
  readonly state = JSON.stringify({ kind: 'box-collected' });
  readonly #api: BoxApi;
  readonly #target: BoxTarget;
  readonly #request: UploadRequest;
  #form: BoxForm | undefined;
  #offset = 0;
  #proven: Verification | undefined;

  constructor(api: BoxApi, target: BoxTarget, request: UploadRequest) {
    this.#api = api;
    this.#target = target;
    this.#request = request;
  }

  get offset(): number {
    return this.#offset;
  }

  async write({ offset, bytes }: Chunk, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (offset !== this.#offset || offset + bytes.length > this.#request.size)
      throw new ProviderError('invalid', `bytes at ${offset} where ${this.#offset} was due`);
    this.#form ??= formOf(this.#target, this.#request.size);
    this.#form.add(bytes);
    this.#offset = this.#form.filled;
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#proven !== undefined) return this.#proven;
    const { size, ifAbsent = false } = this.#request;
    if (this.#offset < size) throw new ProviderError('invalid', `commit after ${this.#offset} of ${size} bytes`);
    this.#proven = await putForm(this.#api, this.#target, this.#form ?? formOf(this.#target, 0), ifAbsent, signal);
    this.#form = undefined;
    return this.#proven;
  }

  async suspend(): Promise<void> {
    this.#form = undefined;
    this.#offset = 0;
  }

  async abort(): Promise<void> {
    await this.suspend();
  }
}
