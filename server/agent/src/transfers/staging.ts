// Owns files that came in by form and wait on disk for their upload: `tmp/{cloudAccountId}/{storageName}/` (cloud.md, Upload Object From Form).
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProgressEvent } from './progress.ts';
import type { TransferView } from './view.ts';

export interface Arrival {
  /** Where the received bytes are now, on the same file system. */
  readonly path: string;
  readonly cloudAccountId: string;
  readonly storageName: string;
  readonly fileName: string;
}

export class Staging {
  readonly #root: string;
  readonly #staged = new Map<string, string>();
  readonly #report: (error: unknown) => void;

  constructor(root: string, report: (error: unknown) => void) {
    this.#root = root;
    this.#report = report;
  }

  /** Where a form is received before its fields are known. */
  get incoming(): string {
    return join(this.#root, 'incoming');
  }

  /** Moves the file to its documented folder; the name is made unique, since two uploads may bear the same one. */
  async stage({ path, cloudAccountId, storageName, fileName }: Arrival): Promise<string> {
    const folder = join(this.#root, segment(cloudAccountId), segment(storageName));
    await mkdir(folder, { recursive: true });
    const staged = join(folder, `${randomUUID()}-${segment(fileName)}`);
    await rename(path, staged);
    return staged;
  }

  /** From now on the file goes away with its transfer. */
  belongsTo(transferId: string, staged: string): void {
    this.#staged.set(transferId, staged);
  }

  async discard(staged: string): Promise<void> {
    await rm(staged, { force: true });
  }

  /** Removes the file of a transfer that came to its end. */
  onProgress({ transferId, status }: ProgressEvent): void {
    const staged = this.#staged.get(transferId);
    if (staged === undefined || status === 'InProgress' || status === 'Paused') return;
    this.#staged.delete(transferId);
    this.discard(staged).catch(this.#report);
  }

  /** At start: adopts the files that unfinished transfers still need and removes everything else. */
  async recover(unfinished: readonly TransferView[]): Promise<void> {
    const needed = new Set<string>();
    for (const { transferId, plan } of unfinished) {
      if (plan.source.type !== 'file' || !plan.source.path.startsWith(this.#root)) continue;
      this.belongsTo(transferId, plan.source.path);
      needed.add(plan.source.path);
    }
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && !needed.has(path)) await rm(path, { force: true });
    }
  }
}

/** One harmless path segment: separators, dots at the start and control characters are encoded, and it is at most 150 characters. */
function segment(text: string): string {
  const safe = encodeURIComponent(basename(text) === text && dirname(text) === '.' ? text : text.replaceAll(/[\\/]/g, '_'));
  return safe.replace(/^\.+/, (dots) => '%2E'.repeat(dots.length)).slice(-150) || 'unnamed';
}
