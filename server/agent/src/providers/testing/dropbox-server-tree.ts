// Owns the files of the Dropbox of tests: paths without regard to case, revisions, listings by cursor, and the refusals of all of them.
import { createHash } from 'node:crypto';

interface File {
  readonly path: string;
  readonly bytes: Buffer;
  readonly hash: string;
  readonly rev: string;
  readonly modified: string;
}

export type Tagged = Readonly<Record<string, unknown>>;

/** docs: "path: pattern (/(.|[\r\n])*)|(ns:…)"; names are neither empty nor end in a slash. */
const isMalformed = (path: string): boolean => !/^(?:\/[^/]+)+$/.test(path);

/** "SHA-256 of the concatenated SHA-256 of 4 MiB blocks" (reference/content-hash), written down once more for the other side. */
export function hashOf(bytes: Buffer): string {
  const whole = createHash('sha256');
  for (let at = 0; at < bytes.length; at += 4_194_304) {
    whole.update(
      createHash('sha256')
        .update(bytes.subarray(at, at + 4_194_304))
        .digest(),
    );
  }
  return whole.digest('hex');
}

export class DropboxTree {
  readonly #files = new Map<string, File>();
  readonly #folders = new Map<string, string>();
  readonly #cursors = new Map<string, { rest: Tagged[]; limit: number }>();
  #revisions = 0;
  /** What the store makes of the bytes that it is given: itself, unless a test wants to see it fail. */
  keep: (bytes: Buffer) => Buffer = (bytes) => Buffer.from(bytes);

  fileAt(path: string): File | string {
    if (path.startsWith('rev:')) return [...this.#files.values()].find(({ rev }) => rev === path.slice(4)) ?? 'not_found';
    if (isMalformed(path)) return 'malformed_path';
    return this.#files.get(path.toLowerCase()) ?? (this.#folders.has(path.toLowerCase()) ? 'not_file' : 'not_found');
  }

  shown({ path, bytes, hash: content_hash, rev, modified }: File): Tagged {
    const dates = { client_modified: modified, server_modified: modified };
    const hash = { content_hash, is_downloadable: true };
    return {
      '.tag': 'file',
      name: nameOf(path),
      path_lower: path.toLowerCase(),
      path_display: path,
      rev,
      size: bytes.length,
      ...dates,
      ...hash,
    };
  }

  metadata(path: string): Tagged | string {
    const file = this.fileAt(path);
    if (typeof file !== 'string') return this.shown(file);
    return file === 'not_file' ? folderShown(this.#folders.get(path.toLowerCase()) ?? path) : file;
  }

  /** docs: files/upload. Mode `add` takes the same bytes once more for no conflict, unless it is to be strict. */
  commit({ path: wanted, mode, strict_conflict, autorename }: Tagged, bytes: Buffer): Tagged | string {
    const path = String(wanted);
    if (isMalformed(path)) return 'malformed_path';
    if (autorename === true) throw new Error('nobody wants another name than the one that was asked for');
    const before = this.#files.get(path.toLowerCase());
    if (this.#folders.has(path.toLowerCase())) return 'conflict/folder';
    if (before !== undefined && mode === 'add') {
      const same = strict_conflict !== true && before.bytes.equals(bytes);
      return same ? this.shown(before) : 'conflict/file';
    }
    const parent = this.#addFolders(path.slice(0, path.lastIndexOf('/')));
    if (parent !== undefined) return parent;
    return this.shown(this.#store(path, this.keep(bytes)));
  }

  remove(path: string, rev: unknown): Tagged | string {
    const found = this.metadata(path);
    if (typeof found === 'string') return found;
    if (rev !== undefined && found.rev !== rev) return found['.tag'] === 'file' ? 'conflict/file' : 'not_file';
    const lower = path.toLowerCase();
    for (const key of [...this.#files.keys(), ...this.#folders.keys()]) {
      if (key !== lower && !key.startsWith(`${lower}/`)) continue;
      this.#files.delete(key);
      this.#folders.delete(key);
    }
    return found;
  }

  createFolder(path: string): Tagged | string {
    if (isMalformed(path)) return 'malformed_path';
    if (this.#files.has(path.toLowerCase())) return 'conflict/file';
    if (this.#folders.has(path.toLowerCase())) return 'conflict/folder';
    return this.#addFolders(path) ?? folderShown(path);
  }

  copy(from: string, to: string): Tagged | string {
    const source = this.fileAt(from);
    if (typeof source === 'string') return `from_lookup/${source}`;
    if (isMalformed(to)) return 'to/malformed_path';
    if (this.#files.has(to.toLowerCase())) return 'to/conflict/file';
    if (this.#folders.has(to.toLowerCase())) return 'to/conflict/folder';
    this.#addFolders(to.slice(0, to.lastIndexOf('/')));
    return this.shown(this.#store(to, this.keep(source.bytes)));
  }

  /** In the order in which things came, which is no order of names. */
  list(path: string, limit: number, recursive: boolean): Tagged | string {
    if (path !== '' && isMalformed(path)) return 'path/malformed_path';
    if (limit < 1 || limit > 2000) throw new Error('the limit of a listing is 1 to 2000');
    const lower = path.toLowerCase();
    if (path !== '' && !this.#folders.has(lower)) return this.#files.has(lower) ? 'path/not_folder' : 'path/not_found';
    const inside = (key: string): boolean => key.startsWith(`${lower}/`) && (recursive || !key.slice(lower.length + 1).includes('/'));
    const folders = [...this.#folders].filter(([key]) => inside(key)).map(([, shown]) => folderShown(shown));
    const files = [...this.#files].filter(([key]) => inside(key)).map(([, file]) => this.shown(file));
    return this.#page([...folders, ...files], limit);
  }

  listOn(cursor: string): Tagged | string {
    const more = this.#cursors.get(cursor);
    return more === undefined ? 'reset' : this.#page(more.rest, more.limit);
  }

  #page(entries: Tagged[], limit: number): Tagged {
    const cursor = `cursor-${this.#cursors.size}`;
    this.#cursors.set(cursor, { rest: entries.slice(limit), limit });
    return { entries: entries.slice(0, limit), cursor, has_more: entries.length > limit };
  }

  #store(path: string, bytes: Buffer): File {
    this.#revisions += 1;
    const file = {
      path,
      bytes,
      hash: hashOf(bytes),
      rev: (0x5_0000_0000 + this.#revisions).toString(16),
      modified: '2026-03-01T12:00:00Z',
    };
    this.#files.set(path.toLowerCase(), file);
    return file;
  }

  #addFolders(path: string): string | undefined {
    const names = path.split('/').slice(1);
    for (let depth = 1; depth <= names.length; depth++) {
      const folder = `/${names.slice(0, depth).join('/')}`;
      if (this.#files.has(folder.toLowerCase())) return 'conflict/file_ancestor';
      if (!this.#folders.has(folder.toLowerCase())) this.#folders.set(folder.toLowerCase(), folder);
    }
    return undefined;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const folderShown = (path: string): Tagged => ({
  '.tag': 'folder',
  name: nameOf(path),
  path_lower: path.toLowerCase(),
  path_display: path,
});
