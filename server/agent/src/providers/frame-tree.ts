// Owns paths in Frame.io: keys of the contract over projects, folders and files, which the API knows by id only.
import type { Asset, FrameClient, Project } from './frame-client.ts';
import { ProviderError } from './provider.ts';

export interface Level {
  readonly folders: readonly Asset[];
  /** Of files that share a name, the last one that was uploaded; the ones before are in `hidden`. */
  readonly files: readonly Asset[];
  readonly hidden: readonly Asset[];
}

export class FrameTree {
  readonly #frame: FrameClient;
  /** Ids of folders by project and path: listings are what Frame.io limits most (40 a minute). */
  readonly #known = new Map<string, string>();
  /** Folders being looked for or made: two uploads into a new folder must not make it twice. */
  readonly #asked = new Map<string, Promise<string | undefined>>();

  constructor(frame: FrameClient) {
    this.#frame = frame;
  }

  /** Projects under names that tell them apart. */
  async projects(signal: AbortSignal): Promise<readonly Project[]> {
    const projects = await this.#frame.projects(signal);
    const times = new Map<string, number>();
    for (const { name } of projects) times.set(name, (times.get(name) ?? 0) + 1);
    return projects.map((project) => (times.get(project.name) === 1 ? project : { ...project, name: `${project.name} (${project.id})` }));
  }

  /** The id of a folder; `path` is empty, or ends in "/". Undefined when it is not there, unless it is to be made. */
  async folder(bucket: string, path: string, signal: AbortSignal, make = false): Promise<string | undefined> {
    const names = path.split('/').filter((name) => name !== '');
    let id = await this.#root(bucket, signal);
    let at = `${bucket}\n`;
    for (const name of names) {
      at += `${name}/`;
      const parent = id;
      const next = this.#known.get(at) ?? (await this.#once(`${at}${make}`, () => this.#below(parent, name, signal, make)));
      if (next === undefined) return undefined;
      this.#known.set(at, next);
      id = next;
    }
    return id;
  }

  async level(id: string, signal: AbortSignal): Promise<Level> {
    const children = (await this.#frame.children(id, signal)).filter(({ name }) => name !== '' && !name.includes('/'));
    const files = new Map<string, Asset>();
    const hidden: Asset[] = [];
    for (const asset of children) {
      // Parts of it are missing: it is not there yet.
      if (isFolder(asset) || asset.completed === '') continue;
      const before = files.get(asset.name);
      const [last, older] = before === undefined || before.completed <= asset.completed ? [asset, before] : [before, asset];
      files.set(asset.name, last);
      if (older !== undefined) hidden.push(older);
    }
    return { folders: children.filter(isFolder), files: [...files.values()], hidden };
  }

  /** All files of this name in the folder of the key, the visible one first. */
  async files(bucket: string, key: string, signal: AbortSignal): Promise<readonly Asset[]> {
    const { folder, name } = split(key);
    const id = await this.folder(bucket, folder, signal);
    if (id === undefined) return [];
    const { files, hidden } = await this.level(id, signal).catch((error: unknown) => this.forget(error));
    return [...files, ...hidden].filter((asset) => asset.name === name);
  }

  async file(bucket: string, key: string, signal: AbortSignal): Promise<Asset> {
    const [asset] = await this.files(bucket, key, signal);
    if (asset === undefined) throw new ProviderError('missing', `Frame.io has no file ${key} in ${bucket}`);
    return asset;
  }

  async #root(bucket: string, signal: AbortSignal): Promise<string> {
    const known = this.#known.get(bucket);
    if (known !== undefined) return known;
    const project = (await this.projects(signal)).find(({ id, name }) => name === bucket || id === bucket);
    if (project === undefined) throw new ProviderError('missing', `Frame.io has no project ${bucket}`);
    this.#known.set(bucket, project.root);
    return project.root;
  }

  #once(what: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asked = this.#asked.get(what) ?? ask().finally(() => this.#asked.delete(what));
    this.#asked.set(what, asked);
    return asked;
  }

  async #below(id: string, name: string, signal: AbortSignal, make: boolean): Promise<string | undefined> {
    const { folders } = await this.level(id, signal).catch((error: unknown) => this.forget(error));
    const found = folders.find((folder) => folder.name === name);
    if (found !== undefined || !make) return found?.id;
    return (await this.#frame.create(id, { type: 'folder', name }, signal).catch((error: unknown) => this.forget(error))).id;
  }

  /** Throws on; an id that we knew and that is gone says that somebody has moved things. */
  forget(error: unknown): never {
    if (error instanceof ProviderError && error.kind === 'missing') this.#known.clear();
    throw error;
  }
}

/** A version stack lists its versions as a folder does. */
const isFolder = ({ type }: Asset): boolean => type === 'folder' || type === 'version_stack';

export function split(key: string): { folder: string; name: string } {
  const at = key.lastIndexOf('/') + 1;
  return { folder: key.slice(0, at), name: key.slice(at) };
}
