// Owns the block requests of Azure: names of blocks, what the service holds of a blob, commit, and getting rid of blocks.
import type { AzureAnswer, AzureClient } from './azure-client.ts';
import { type BlobName, findBlob, md5Of, removeBlob } from './azure-objects.ts';
import { elements, textOf } from './azure-xml.ts';
import { ProviderError, type ChunkLaw } from './provider.ts';

/** learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs. */
export const AZURE_CHUNKS: ChunkLaw = { minBytes: 1, maxBytes: 4000 * 1024 * 1024, quantumBytes: 1, maxChunks: 50_000 };

const NONCE_BYTES = 10;
/** All ids of a blob must be equally long; 18 bytes are 24 characters of base64 without padding. */
const ID_BYTES = NONCE_BYTES + 4 + 4;

export interface BlockMark {
  /** Hexadecimal, one for each session: tells our blocks from those of others. */
  readonly nonce: string;
  readonly index: number;
  readonly crc32: number;
}

export const newNonce = (random: (bytes: number) => Buffer): string => random(NONCE_BYTES).toString('hex');

/** The CRC32 in the id lets a resumed session learn it from the service's own list. */
export function blockId({ nonce, index, crc32 }: BlockMark): string {
  const id = Buffer.alloc(ID_BYTES);
  id.write(nonce, 'hex');
  id.writeUInt32BE(index, NONCE_BYTES);
  id.writeUInt32BE(crc32, NONCE_BYTES + 4);
  return id.toString('base64');
}

export function markOf(id: string): BlockMark | undefined {
  const bytes = Buffer.from(id, 'base64');
  if (bytes.length !== ID_BYTES) return undefined;
  return {
    nonce: bytes.toString('hex', 0, NONCE_BYTES),
    index: bytes.readUInt32BE(NONCE_BYTES),
    crc32: bytes.readUInt32BE(NONCE_BYTES + 4),
  };
}

export interface Block {
  readonly id: string;
  readonly size: number;
}

export interface BlockList {
  readonly committed: readonly Block[];
  readonly uncommitted: readonly Block[];
  /** Of the committed blob; empty when there is none. */
  readonly eTag: string;
}

/** Undefined when the service knows neither a blob nor blocks of that name. */
export async function getBlockList(azure: AzureClient, { bucket, key }: BlobName, signal: AbortSignal): Promise<BlockList | undefined> {
  const answer = await azure.call(
    {
      name: 'Get Block List',
      method: 'GET',
      container: bucket,
      key,
      query: { comp: 'blocklist', blocklisttype: 'all' },
      tolerated: ['BlobNotFound'],
    },
    signal,
  );
  if (answer.code !== '') return undefined;
  return {
    committed: blocksIn(answer.text, 'CommittedBlocks'),
    uncommitted: blocksIn(answer.text, 'UncommittedBlocks'),
    eTag: answer.header('etag') ?? '',
  };
}

function blocksIn(xml: string, list: string): Block[] {
  const [inside = ''] = elements(xml, list);
  return Array.from(elements(inside, 'Block'), (block) => ({ id: textOf(block, 'Name'), size: Number(textOf(block, 'Size')) }));
}

/** Put Block List. `Latest` finds a block whether it is committed already or not: so it may be sent again. */
export function putBlockList(
  azure: AzureClient,
  { bucket, key }: BlobName,
  ids: readonly string[],
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AzureAnswer> {
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join('');
  const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`);
  return azure.call(
    {
      name: 'Put Block List',
      method: 'PUT',
      container: bucket,
      key,
      query: { comp: 'blocklist' },
      headers: { ...headers, 'content-md5': md5Of(body) },
      body,
    },
    signal,
  );
}

/**
 * There is no request that drops uncommitted blocks; they expire after a week. Committing an empty list drops them at once and
 * makes an empty blob, which goes right after. Only where there is no blob: a committed one is never touched, whoever made it
 * and however late this comes (conditions on both requests).
 */
export async function dropBlocks(azure: AzureClient, blob: BlobName, signal: AbortSignal): Promise<'dropped' | 'kept'> {
  if ((await findBlob(azure, blob, signal)) !== undefined) return 'kept';
  try {
    const answer = await putBlockList(azure, blob, [], { 'if-none-match': '*' }, signal);
    await removeBlob(azure, blob, signal, answer.header('etag'));
    return 'dropped';
  } catch (error) {
    if (error instanceof ProviderError && ['conflict', 'changed', 'missing'].includes(error.kind)) return 'kept';
    throw error;
  }
}
