// Owns a download whose file was made visible by a run that died before it could say so: nothing of it is written again.
import { constants, type BigIntStats } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ChunkAck, Verification } from '../providers/provider.ts';
import type { TargetRequest, TargetSession } from './endpoint.ts';
import { localFileError } from './errors.ts';
import { heldOf } from './local-part.ts';
import { partState, syncFolder } from './local-session.ts';

export interface Visible {
  readonly path: string;
  readonly part: string;
  /** What has the name of the destination now. */
  readonly facts: BigIntStats;
}

/** Whether the visible file is the one that the state tells of: a rename and a link keep the inode, and only whole files get that far. */
export async function isPublished(
  { path, facts }: Visible,
  { size }: TargetRequest,
  saved: string,
  acks: readonly ChunkAck[],
): Promise<boolean> {
  if (saved !== partState(facts.ino) || facts.size !== BigInt(size) || !facts.isFile()) return false;
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    // Inodes are used again, and files are written to.
    return (await heldOf(handle, acks)).length === acks.length;
  } finally {
    await handle.close();
  }
}

export class PublishedFile implements TargetSession {
  readonly resumable = true;
  readonly offset: number;
  readonly anyOrder: NonNullable<TargetSession['anyOrder']> = { lanes: 1, holds: () => true, takeAcks: () => [] };
  readonly #visible: Visible;

  constructor(visible: Visible) {
    this.#visible = visible;
    this.offset = Number(visible.facts.size);
  }

  get state(): string {
    return partState(this.#visible.facts.ino);
  }

  write(): Promise<void> {
    return Promise.reject(new Error('The file is complete.'));
  }

  /** The name of the part is still there when the run died between a link and the removal. */
  async commit(): Promise<Verification> {
    await this.abort();
    await syncFolder(dirname(this.#visible.path));
    return 'size';
  }

  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(): Promise<void> {
    const { part } = this.#visible;
    await rm(part, { force: true }).catch((error: unknown) => {
      throw localFileError(error, part);
    });
  }
}
