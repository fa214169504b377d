// Owns what the tests of providers do with one: put, get, collect, and look at what it throws.
import { crc32 } from 'node:zlib';
import {
  ProviderError,
  type Chunk,
  type ObjectReader,
  type Provider,
  type ProviderErrorKind,
  type UploadRequest,
  type UploadSession,
} from '../provider.ts';

/** A server that is running, with one empty bucket. */
export interface Fixture {
  readonly provider: Provider;
  /** The same server with credentials that it must refuse. */
  readonly stranger: Provider;
  readonly bucket: string;
  /** The smallest chunk that the provider takes in several pieces. */
  readonly chunkSize: number;
  /** Where the server is, and the provider for whatever stands in front of it; needed where whole objects can be put. */
  readonly behind?: { readonly origin: string; readonly provider: (origin: string) => Provider };
  close(): Promise<void>;
}

export const signal = (): AbortSignal => AbortSignal.timeout(15_000);

export function uploadOf({ bucket, chunkSize }: Pick<Fixture, 'bucket' | 'chunkSize'>, key: string, size: number): UploadRequest {
  return { bucket, key, size, chunkSize, contentType: 'application/octet-stream' };
}

/** Writes from the session's offset to the end of `bytes`, through one buffer that is overwritten each time. */
export async function writeAll(session: UploadSession, bytes: Buffer, asked: number): Promise<void> {
  const chunkSize = session.chunkSize ?? asked;
  const slab = Buffer.alloc(chunkSize);
  while (session.offset < bytes.length) {
    const chunk = slab.subarray(0, Math.min(chunkSize, bytes.length - session.offset));
    bytes.copy(chunk, 0, session.offset);
    await session.write(chunkOf(chunk, session.offset), signal());
    slab.fill(0);
  }
}

export const chunkOf = (bytes: Buffer, offset = 0): Chunk => ({ offset, bytes, crc32: crc32(bytes) });

export async function put(fixture: Fixture, key: string, bytes: Buffer): Promise<void> {
  const { provider, chunkSize } = fixture;
  const request = uploadOf(fixture, key, bytes.length);
  if (provider.putWhole !== undefined && bytes.length <= chunkSize) {
    await provider.putWhole(request, chunkOf(Buffer.from(bytes)), signal());
    return;
  }
  const session = await provider.openUpload(request, signal());
  await writeAll(session, bytes, fixture.chunkSize);
  await session.commit(signal());
}

export async function get({ provider, bucket }: Pick<Fixture, 'provider' | 'bucket'>, key: string, offset = 0, eTag = ''): Promise<Buffer> {
  const reader = await provider.read({ bucket, key, offset, eTag }, signal());
  return collect(reader, reader.length ?? (await provider.stat(bucket, key, signal())).size - offset);
}

export async function collect(reader: ObjectReader, length = reader.length ?? 0): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  try {
    await reader.fill(bytes, signal());
    return bytes;
  } finally {
    await reader.close();
  }
}

/** The error that the work must end with. */
export async function errorOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return error;
  throw error;
}

/** The kind of that error; anything but a `ProviderError` is thrown on. */
export async function kindOf(work: Promise<unknown>): Promise<ProviderErrorKind> {
  return (await errorOf(work)).kind;
}
