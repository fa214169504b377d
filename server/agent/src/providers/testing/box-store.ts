// Owns what the fake of Box holds: one tree of items with versions, and names that are unique in a folder whatever their case.
import { createHash } from 'node:crypto';

export interface BoxVersion {
  readonly id: string;
  readonly bytes: Buffer;
  readonly sha1: string;
}

export interface BoxEntry {
  readonly id: string;
  readonly type: 'file' | 'folder' | 'web_link';
  name: string;
  parent: string;
  /** The last one is the current one. */
  readonly versions: BoxVersion[];
  readonly created: Date;
  trashed: boolean;
  etag: number;
}

export const sha1Of = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

export class BoxStoreFake {
  readonly entries = new Map<string, BoxEntry>();
  #next = 100;

  constructor() {
    this.entries.set('0', {
      id: '0',
      type: 'folder',
      name: 'All Files',
      parent: '',
      versions: [],
      created: new Date(),
      trashed: false,
      etag: 0,
    });
  }

  nextId(): string {
    this.#next += 1;
    return String(this.#next);
  }

  get(id: string, type: BoxEntry['type']): BoxEntry | undefined {
    const entry = this.entries.get(id);
    return entry?.type === type && !entry.trashed ? entry : undefined;
  }

  children(folder: string): BoxEntry[] {
    // By type and then by name without regard to case: not the order that listings have.
    return [...this.entries.values()]
      .filter(({ parent, trashed }) => parent === folder && !trashed)
      .toSorted((a, b) => b.type.localeCompare(a.type) || a.name.localeCompare(b.name));
  }

  named(folder: string, name: string): BoxEntry | undefined {
    return this.children(folder).find((entry) => entry.name.toLowerCase() === name.toLowerCase());
  }

  add(type: BoxEntry['type'], parent: string, name: string, bytes?: Buffer): BoxEntry {
    const entry: BoxEntry = { id: this.nextId(), type, name, parent, versions: [], created: new Date(), trashed: false, etag: 0 };
    this.entries.set(entry.id, entry);
    if (bytes !== undefined) this.store(entry, bytes);
    return entry;
  }

  store(entry: BoxEntry, bytes: Buffer): void {
    entry.versions.push({ id: this.nextId(), bytes, sha1: sha1Of(bytes) });
    entry.etag += 1;
  }

  json(entry: BoxEntry): Record<string, unknown> {
    const { id, type, name, parent, versions, created, trashed, etag } = entry;
    const current = versions.at(-1);
    const common = {
      id,
      type,
      name,
      etag: String(etag),
      parent: { type: 'folder', id: parent },
      item_status: trashed ? 'trashed' : 'active',
    };
    if (current === undefined) return { ...common, modified_at: created.toISOString() };
    return {
      ...common,
      size: current.bytes.length,
      sha1: current.sha1,
      modified_at: created.toISOString(),
      content_modified_at: created.toISOString(),
      file_version: { type: 'file_version', id: current.id, sha1: current.sha1 },
    };
  }
}
