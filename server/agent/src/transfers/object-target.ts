// Owns writing an object of a provider: in one request, by a copy within the store, or in an upload session that can be gone on with.
import type { ChunkAck, ChunkLaw, Provider, UploadRequest } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider.ts';
import type { Source, Target, TargetRequest, TargetSession, TargetStat } from './endpoint.ts';
import { type ObjectAddress, ObjectSource } from './object-source.ts';

/** In the ledger, the states of copies and of uploads stand in one place. */
const copying = 'copy:';

/** Whether a saved state is that of a copy within the store, and not that of an upload. */
export const isCopyState = (saved: string): boolean => saved.startsWith(copying);

export interface ObjectTargetOptions {
  readonly provider: Provider;
  readonly address: ObjectAddress;
  readonly endpoint: string;
  readonly contentType: string;
  /** Where the source is in the same store, its address. */
  readonly sibling?: ObjectAddress | undefined;
}

export class ObjectTarget implements Target {
  readonly endpoint: string;
  readonly putWhole: Target['putWhole'];
  readonly copyFrom: Target['copyFrom'];
  readonly sweep: Target['sweep'];
  readonly #provider: Provider;
  readonly #address: ObjectAddress;
  readonly #contentType: string;
  #discarded: TargetSession | undefined;

  constructor({ provider, address, endpoint, contentType, sibling }: ObjectTargetOptions) {
    this.endpoint = endpoint;
    this.#provider = provider;
    this.#address = address;
    this.#contentType = contentType;
    const { putWhole, copy, sweepUploads } = provider;
    if (putWhole !== undefined) this.putWhole = (request, chunk, signal) => putWhole(this.#upload(request), chunk, signal);
    if (sweepUploads !== undefined) this.sweep = (since, signal) => sweepUploads(address, since, signal);
    if (copy !== undefined && sibling !== undefined) {
      this.copyFrom = (source, request, signal, course) => {
        const saved = course.saved.slice(copying.length);
        const ours = { ...course, saved, keep: (state: string) => course.keep(copying + state) };
        return copy({ ...sibling, eTag: source.identity, size: source.size }, this.#upload(request), signal, ours);
      };
    }
  }

  get chunks(): ChunkLaw | undefined {
    return this.#provider.chunks;
  }

  get copy(): Source {
    return new ObjectSource(this.#provider, this.#address, this.endpoint);
  }

  async existing(signal: AbortSignal): Promise<TargetStat | undefined> {
    try {
      return await this.#provider.stat(this.#address.bucket, this.#address.key, signal);
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'missing') return undefined;
      throw error;
    }
  }

  async open(request: TargetRequest, saved: string, signal: AbortSignal, acks: readonly ChunkAck[]): Promise<TargetSession> {
    const upload = this.#upload(request);
    if (isCopyState(saved)) {
      // The bytes pass here now: what the store has copied by itself is of no use.
      await this.discard(request, saved, signal);
      return await this.#provider.openUpload(upload, signal);
    }
    return await (saved === '' ? this.#provider.openUpload(upload, signal) : this.#provider.resumeUpload(upload, saved, signal, acks));
  }

  async discard(request: TargetRequest, saved: string, signal: AbortSignal): Promise<void> {
    if (saved === '') return;
    if (isCopyState(saved)) return await this.#provider.dropCopy?.(this.#address, saved.slice(copying.length), signal);
    // A retry goes on with what the attempt before has opened: where the saved session is gone that is a new one, and nobody else knows of it.
    // What has the name meanwhile is no reason to keep it.
    this.#discarded ??= await this.open({ ...request, ifAbsent: false }, saved, signal, []);
    await this.#discarded.abort(signal);
  }

  remove(signal: AbortSignal): Promise<void> {
    return this.#provider.remove(this.#address.bucket, this.#address.key, signal);
  }

  #upload({ size, chunkSize, ifAbsent = false }: TargetRequest): UploadRequest {
    return { ...this.#address, size, chunkSize, ifAbsent, contentType: this.#contentType };
  }
}
