// Owns writing an object of a provider: a new upload session, or the stored one gone on with.
import type { ChunkLaw, Provider } from '../providers/provider.ts';
import type { Target, TargetRequest, TargetSession } from './endpoint.ts';
import type { ObjectAddress } from './object-source.ts';

export class ObjectTarget implements Target {
  readonly #provider: Provider;
  readonly #address: ObjectAddress;
  readonly #contentType: string;
  #discarded: TargetSession | undefined;

  constructor(provider: Provider, address: ObjectAddress, contentType: string) {
    this.#provider = provider;
    this.#address = address;
    this.#contentType = contentType;
  }

  get chunks(): ChunkLaw | undefined {
    return this.#provider.chunks;
  }

  open(request: TargetRequest, saved: string, signal: AbortSignal): Promise<TargetSession> {
    const upload = { ...this.#address, ...request, contentType: this.#contentType };
    return saved === '' ? this.#provider.openUpload(upload, signal) : this.#provider.resumeUpload(upload, saved, signal);
  }

  async discard(request: TargetRequest, saved: string, signal: AbortSignal): Promise<void> {
    if (saved === '') return;
    // A retry goes on with what the attempt before has opened: where the saved session is gone that is a new one, and nobody else knows of it.
    this.#discarded ??= await this.open(request, saved, signal);
    await this.#discarded.abort(signal);
  }
}
