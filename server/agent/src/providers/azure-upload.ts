// Owns a resumable upload of blocks in any order, and a commit that is settled by asking.
import { randomBytes } from 'node:crypto';
import {
  AZURE_CHUNKS,
  type Block,
  blockId,
  type BlockList,
  dropBlocks,
  getBlockList,
  markOf,
  newNonce,
  putBlockList,
} from './azure-blocks.ts';
import type { AzureClient } from './azure-client.ts';
import { absentOnly, asConflict, findBlob, md5Of, removeBlob, statBlob } from './azure-objects.ts';
import { ProviderError, type Chunk, type ChunkAck, type UploadRequest, type UploadSession, type Verification } from './provider.ts';

const LANES = 8;

/** What the ledger keeps of a session. */
interface AzureState {
  readonly kind: 'azure-blocks';
  readonly nonce: string;
  readonly blockSize: number;
  /** Whether the blocks go with their MD5. */
  readonly md5: boolean;
}

export async function openAzureUpload(azure: AzureClient, request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
  if (request.size > request.chunkSize * AZURE_CHUNKS.maxChunks)
    throw new ProviderError('invalid', `Azure takes at most ${AZURE_CHUNKS.maxChunks} blocks: the chunk must be larger`);
  if (request.chunkSize > AZURE_CHUNKS.maxBytes)
    throw new ProviderError('invalid', `Azure blocks have at most ${AZURE_CHUNKS.maxBytes} bytes`);
  if (request.ifAbsent === true && (await findBlob(azure, request, signal)) !== undefined)
    throw new ProviderError('conflict', `${request.bucket}/${request.key} exists already`);
  const list = await getBlockList(azure, request, signal);
  // Ids of another length would make the service refuse ours; our commit would discard those blocks all the same.
  const strange = list?.uncommitted.some(({ id }) => markOf(id) === undefined) === true;
  if (strange && (await dropBlocks(azure, request, signal)) === 'kept')
    throw new ProviderError(
      'conflict',
      `uncommitted blocks of another client lie on ${request.bucket}/${request.key}: remove the blob, or wait a week until they expire`,
    );
  const { chunkSize: blockSize } = request;
  return new AzureUpload(azure, request, { kind: 'azure-blocks', nonce: newNonce(randomBytes), blockSize, md5: azure.limits.contentMd5 });
}

/** The service's list is the truth; `acks` only settle which of two blocks of one place is meant. */
export async function resumeAzureUpload(
  azure: AzureClient,
  request: UploadRequest,
  stored: { readonly state: string; readonly acks: readonly ChunkAck[] },
  signal: AbortSignal,
): Promise<UploadSession> {
  const state = parseState(stored.state);
  if (state === undefined || state.blockSize !== request.chunkSize) return openAzureUpload(azure, request, signal);
  const list = await getBlockList(azure, request, signal);
  const upload = new AzureUpload(azure, request, state);
  if (list === undefined || upload.adopt(list, stored.acks) === 0) return openAzureUpload(azure, request, signal);
  return upload;
}

function parseState(state: string): AzureState | undefined {
  try {
    const value = JSON.parse(state) as Partial<AzureState> | null;
    const whole =
      value?.kind === 'azure-blocks' &&
      /^[0-9a-f]{20}$/.test(value.nonce ?? '') &&
      typeof value.blockSize === 'number' &&
      typeof value.md5 === 'boolean';
    return whole ? (value as AzureState) : undefined;
  } catch {
    return undefined;
  }
}

class AzureUpload implements UploadSession {
  readonly resumable = true;
  readonly state: string;
  readonly anyOrder: NonNullable<UploadSession['anyOrder']>;
  readonly #azure: AzureClient;
  readonly #request: UploadRequest;
  readonly #session: AzureState;
  /** CRC32 of the blocks that the service holds, by index. */
  readonly #held = new Map<number, number>();
  #acks: ChunkAck[] = [];
  /** Blocks from the first on without a gap. */
  #whole = 0;
  #committed = false;

  constructor(azure: AzureClient, request: UploadRequest, session: AzureState) {
    this.#azure = azure;
    this.#request = request;
    this.#session = session;
    this.state = JSON.stringify(session);
    this.anyOrder = {
      lanes: LANES,
      holds: (offset) => this.#held.has(offset / session.blockSize),
      takeAcks: () => this.#acks.splice(0),
    };
  }

  get offset(): number {
    return Math.min(this.#request.size, this.#whole * this.#session.blockSize);
  }

  /** Takes over what the service holds of this session; says how many blocks that are. */
  adopt({ committed, uncommitted }: Pick<BlockList, 'committed' | 'uncommitted'>, acks: readonly ChunkAck[]): number {
    const known = new Map(acks.map((ack) => [ack.offset, ack.crc32]));
    this.#held.clear();
    this.#whole = 0;
    for (const { id, size } of [...committed, ...uncommitted]) {
      const mark = this.#ours(id);
      if (mark === undefined || size !== this.#sizeOf(mark.index)) continue;
      const acked = known.get(mark.index * this.#session.blockSize);
      if (acked !== undefined && acked !== mark.crc32) continue;
      this.#hold(mark.index, mark.crc32, acked === undefined);
    }
    return this.#held.size;
  }

  /** Put Block. Sending a block again replaces it. */
  async write({ offset, bytes, crc32 }: Chunk, signal: AbortSignal): Promise<void> {
    const { blockSize, nonce, md5 } = this.#session;
    const index = offset / blockSize;
    if (bytes.length === 0 && offset === this.#request.size) return;
    if (!Number.isInteger(index) || bytes.length !== this.#sizeOf(index))
      throw new ProviderError('invalid', `a block of ${bytes.length} bytes at ${offset}, where ${this.#sizeOf(index)} were due`);
    const { bucket, key } = this.#request;
    await this.#azure.call(
      {
        name: 'Put Block',
        method: 'PUT',
        container: bucket,
        key,
        query: { comp: 'block', blockid: blockId({ nonce, index, crc32 }) },
        headers: md5 ? { 'content-md5': md5Of(bytes) } : {},
        body: bytes,
      },
      signal,
    );
    this.#hold(index, crc32, true);
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    const proof = this.#session.md5 ? 'chunks' : 'size';
    if (this.#committed) return proof;
    const { size, contentType } = this.#request;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const ids = Array.from({ length: this.#count }, (_, index) => this.#idOf(index));
    const headers = { ...(contentType !== '' && { 'x-ms-blob-content-type': contentType }), ...absentOnly(this.#request) };
    let eTag: string | undefined;
    try {
      eTag = (await putBlockList(this.#azure, this.#request, ids, headers, signal)).header('etag');
    } catch (error) {
      eTag = await this.#settle(ids, error, signal);
    }
    await this.#confirm(eTag, signal);
    this.#committed = true;
    return proof;
  }

  /** No connection is open between two blocks. */
  async suspend(): Promise<void> {
    return undefined;
  }

  /** Leaves the blocks to expire where dropping them would touch a blob, or the upload of somebody else. */
  async abort(signal: AbortSignal): Promise<void> {
    if (this.#committed) return;
    try {
      const list = await getBlockList(this.#azure, this.#request, signal);
      if (list === undefined || !list.uncommitted.every(({ id }) => this.#ours(id) !== undefined)) return;
      await dropBlocks(this.#azure, this.#request, signal);
    } catch (error) {
      // With the container, the blocks are gone too.
      if (!(error instanceof ProviderError) || error.kind !== 'missing') throw error;
    } finally {
      this.#held.clear();
      this.#whole = 0;
    }
  }

  get #count(): number {
    return Math.ceil(this.#request.size / this.#session.blockSize);
  }

  #sizeOf(index: number): number {
    return Math.max(0, Math.min(this.#session.blockSize, this.#request.size - index * this.#session.blockSize));
  }

  #idOf(index: number): string {
    return blockId({ nonce: this.#session.nonce, index, crc32: this.#held.get(index) ?? 0 });
  }

  #ours(id: string): ReturnType<typeof markOf> {
    const mark = markOf(id);
    return mark?.nonce === this.#session.nonce && mark.index < this.#count ? mark : undefined;
  }

  #hold(index: number, crc32: number, isNew: boolean): void {
    this.#held.set(index, crc32);
    while (this.#held.has(this.#whole)) this.#whole += 1;
    const offset = index * this.#session.blockSize;
    const proof = blockId({ nonce: this.#session.nonce, index, crc32 });
    if (isNew) this.#acks.push({ offset, length: this.#sizeOf(index), crc32, proof });
  }

  /** Whether a commit that failed has happened all the same: our ids in the committed list prove it. */
  async #settle(ids: readonly string[], error: unknown, signal: AbortSignal): Promise<string> {
    if (signal.aborted || !(error instanceof ProviderError) || !['unavailable', 'conflict', 'changed'].includes(error.kind)) throw error;
    const list = await getBlockList(this.#azure, this.#request, signal);
    if (list !== undefined && sameIds(list.committed, ids) && list.eTag !== '') return list.eTag;
    // A commit of somebody else discards our blocks: what is still there is all that need not be sent again.
    this.adopt(list ?? { committed: [], uncommitted: [] }, []);
    throw asConflict(error, this.#request);
  }

  async #confirm(eTag: string | undefined, signal: AbortSignal): Promise<void> {
    const found = await statBlob(this.#azure, this.#request, signal);
    // Somebody has written since: that one is not ours to judge.
    if (found.size === this.#request.size || found.eTag !== eTag) return;
    await removeBlob(this.#azure, this.#request, signal, eTag);
    throw new ProviderError('unavailable', `the service published ${found.size} of ${this.#request.size} bytes`);
  }
}

function sameIds(blocks: readonly Block[], ids: readonly string[]): boolean {
  return ids.length > 0 && blocks.length === ids.length && blocks.every(({ id }, index) => id === ids[index]);
}
