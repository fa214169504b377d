// Owns the items of the OneDrive of tests: paths without regard to case, tags that change with the content, and the hash of it.

export interface DriveItem {
  readonly id: string;
  readonly path: string;
  /** Undefined for a folder. */
  readonly bytes: Buffer | undefined;
  readonly version: number;
  readonly hash: string;
}

export type Conflict = 'fail' | 'replace' | 'rename';

/** QuickXorHash as it is described: byte i, turned by 11·i bits, is xored to 160 bits; then the length to the last 64. */
export function quickXorOf(bytes: Buffer): string {
  const ring = new Uint8Array(20);
  bytes.forEach((byte, i) => {
    const bit = (i * 11) % 160;
    const at = Math.floor(bit / 8);
    const turned = byte << (bit % 8);
    ring[at] = (ring[at] ?? 0) ^ (turned & 0xff);
    ring[(at + 1) % 20] = (ring[(at + 1) % 20] ?? 0) ^ (turned >> 8);
  });
  for (let i = 0, length = bytes.length; length > 0; i++, length = Math.floor(length / 256))
    ring[12 + i] = (ring[12 + i] ?? 0) ^ (length % 256);
  return Buffer.from(ring).toString('base64');
}

export class DriveTree {
  readonly #items = new Map<string, DriveItem>();
  #count = 0;
  /** What the store makes of the bytes that it is given: itself, unless a test wants to see it fail. */
  keep: (bytes: Buffer) => Buffer = (bytes) => Buffer.from(bytes);
  /** Not every drive tells the hash, or tells it at once. */
  tellsHash = true;

  constructor() {
    this.#items.set('', { id: 'root', path: '', bytes: undefined, version: 0, hash: '' });
  }

  /** `path` starts with a slash, or is empty for the root. */
  at(path: string): DriveItem | undefined {
    return this.#items.get(path.toLowerCase());
  }

  byId(id: string): DriveItem | undefined {
    return [...this.#items.values()].find((item) => item.id === id);
  }

  children(path: string): DriveItem[] {
    const above = `${path.toLowerCase()}/`;
    return [...this.#items]
      .filter(([key]) => key !== '' && key.startsWith(above) && !key.slice(above.length).includes('/'))
      .map(([, item]) => item);
  }

  /** Makes the folders above it; undefined when the name is taken. */
  put(path: string, bytes: Buffer | undefined, conflict: Conflict): DriveItem | undefined {
    const before = this.at(path);
    if (before !== undefined && (conflict === 'fail' || before.bytes === undefined || bytes === undefined)) return undefined;
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (this.at(parent) === undefined) this.put(parent, undefined, 'fail');
    this.#count += 1;
    const kept = bytes && this.keep(bytes);
    const hash = kept === undefined ? '' : quickXorOf(kept);
    const item = { id: before?.id ?? `01ITEM${this.#count}`, path: before?.path ?? path, bytes: kept, version: this.#count, hash };
    this.#items.set(path.toLowerCase(), item);
    return item;
  }

  remove(path: string): void {
    const lower = path.toLowerCase();
    for (const key of this.#items.keys()) if (key === lower || key.startsWith(`${lower}/`)) this.#items.delete(key);
  }

  eTag = ({ id, version }: DriveItem): string => `"{${id}},${version}"`;

  shown(item: DriveItem, origin: string): Record<string, unknown> {
    const { id, path, bytes, version, hash } = item;
    const shared = { id, name: path.slice(path.lastIndexOf('/') + 1), eTag: this.eTag(item), lastModifiedDateTime: '2026-03-01T12:00:00Z' };
    const inDrive = { ...shared, parentReference: { driveId: 'b!drive', path: '/drive/root:' } };
    if (bytes === undefined) return { ...inDrive, size: 0, folder: { childCount: this.children(path).length } };
    const file = { mimeType: 'application/octet-stream', ...(this.tellsHash && { hashes: { quickXorHash: hash } }) };
    const downloadUrl = `${origin}/download/${id}/${version}`;
    return { ...inDrive, size: bytes.length, cTag: `"c:{${id}},${version}"`, file, '@microsoft.graph.downloadUrl': downloadUrl };
  }
}
