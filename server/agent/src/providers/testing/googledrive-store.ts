// Owns what the fake of Google Drive holds: files by id, names as often as they are given, drives, and the search language.
import { createHash } from 'node:crypto';

export const folderType = 'application/vnd.google-apps.folder';

export interface DriveFile {
  readonly id: string;
  name: string;
  mimeType: string;
  parent: string;
  trashed: boolean;
  readonly created: Date;
  /** The last one is the head. */
  readonly revisions: { readonly id: string; readonly bytes: Buffer; readonly md5: string }[];
}

const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

export class DriveStoreFake {
  readonly files = new Map<string, DriveFile>();
  readonly drives = new Map<string, { readonly name: string; readonly created: Date }>();
  readonly ids = new Set<string>();
  #next = 0;

  constructor() {
    this.put({ id: 'root-of-my-drive', name: 'My Drive', mimeType: folderType, parent: '' });
  }

  newId(): string {
    this.#next += 1;
    const id = `id-${this.#next}`;
    this.ids.add(id);
    return id;
  }

  addDrive(name: string): string {
    const id = this.newId();
    this.drives.set(id, { name, created: new Date() });
    this.put({ id, name, mimeType: folderType, parent: '' });
    return id;
  }

  /** Each later than the one before, so that there is an oldest. */
  put(file: Pick<DriveFile, 'id' | 'name' | 'mimeType' | 'parent'>, bytes?: Buffer): DriveFile {
    this.#next += 1;
    const whole: DriveFile = { ...file, trashed: false, created: new Date(Date.UTC(2025, 0, 1) + this.#next), revisions: [] };
    this.files.set(file.id, whole);
    if (bytes !== undefined) this.store(whole, bytes);
    return whole;
  }

  store(file: DriveFile, bytes: Buffer): void {
    this.#next += 1;
    file.revisions.push({ id: `rev-${this.#next}`, bytes, md5: md5Of(bytes) });
  }

  get(id: string): DriveFile | undefined {
    return this.files.get(id === 'root' ? 'root-of-my-drive' : id);
  }

  isTrashed(file: DriveFile): boolean {
    const parent = this.files.get(file.parent);
    return file.trashed || (parent !== undefined && this.isTrashed(parent));
  }

  driveOf(file: DriveFile): string | undefined {
    if (this.drives.has(file.id)) return file.id;
    const parent = this.files.get(file.parent);
    return parent === undefined ? undefined : this.driveOf(parent);
  }

  /** developers.google.com/workspace/drive/api/guides/search-files; undefined for what it does not understand. */
  search(q: string): DriveFile[] | undefined {
    let rest = q;
    let found = [...this.files.values()];
    for (const term of q.matchAll(/'((?:[^'\\]|\\.)*)' in parents|name = '((?:[^'\\]|\\.)*)'|trashed = false|mimeType (=|!=) '([^']*)'/g)) {
      const [text, parent, name, operator, type] = term;
      rest = rest.replace(text, '');
      if (parent !== undefined && this.get(plain(parent)) === undefined) return undefined;
      found = found.filter((file) => {
        if (parent !== undefined) return file.parent === this.get(plain(parent))?.id;
        // A client that relies on more than this would mix names that differ by case.
        if (name !== undefined) return file.name.toLowerCase() === plain(name).toLowerCase();
        if (type !== undefined) return (file.mimeType === type) === (operator === '=');
        return !this.isTrashed(file);
      });
    }
    // Newest first: clients that need another order must make it.
    return rest.replaceAll(' and ', '') === '' ? found.toReversed() : undefined;
  }

  json(file: DriveFile): Record<string, unknown> {
    const head = file.revisions.at(-1);
    return {
      kind: 'drive#file',
      id: file.id,
      name: file.name,
      mimeType: file.mimeType,
      parents: file.parent === '' ? [] : [file.parent],
      trashed: this.isTrashed(file),
      createdTime: file.created.toISOString(),
      modifiedTime: file.created.toISOString(),
      version: String(file.revisions.length + 1),
      ...(head !== undefined && { size: String(head.bytes.length), md5Checksum: head.md5, headRevisionId: head.id }),
    };
  }
}

const plain = (value: string): string => value.replaceAll(/\\(.)/g, '$1');

/** Only the fields that were asked for are told, and four when none were. */
export function projected(json: Record<string, unknown>, fields: string | null): Record<string, unknown> {
  const wanted = (fields ?? 'kind,id,name,mimeType').split(',');
  return Object.fromEntries(Object.entries(json).filter(([name]) => wanted.includes(name)));
}
