// Owns the fake of the Google Drive API v3: it refuses what developers.google.com says is refused, and really stores what it takes.
import { DriveSessionsFake, driveError } from './googledrive-sessions.ts';
import { type DriveFile, DriveStoreFake, folderType, projected } from './googledrive-store.ts';
import { type Call, jsonOf, ranged, type Reply, vendorServer, type VendorServer } from './vendor-server.ts';

export interface DriveServer extends VendorServer {
  readonly store: DriveStoreFake;
  readonly sessions: DriveSessionsFake;
}

const pageItems = 3;
const multipartBytes = 5 * 1024 * 1024;

export async function googleDriveServer(): Promise<DriveServer> {
  const store = new DriveStoreFake();
  const sessions = new DriveSessionsFake(store);
  const fake = new DriveFake(store, sessions);
  const server = await vendorServer({
    handle: (call) => fake.route(call),
    unauthorized: driveError(401, 'authError'),
    free: /[?&]upload_id=/,
  });
  return { ...server, store, sessions };
}

interface Metadata {
  readonly id?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly parents?: readonly string[];
  readonly trashed?: boolean;
}

class DriveFake {
  readonly #store: DriveStoreFake;
  readonly #sessions: DriveSessionsFake;

  constructor(store: DriveStoreFake, sessions: DriveSessionsFake) {
    this.#store = store;
    this.#sessions = sessions;
  }

  route(call: Call): Reply {
    const { method, path, query } = call;
    const upload = /^\/upload\/drive\/v3\/files(?:\/([\w-]+))?$/.exec(path);
    if (upload !== null) return this.#upload(call, upload[1]);
    switch (`${method} ${path}`) {
      case 'GET /drive/v3/about':
        return { status: 200, json: { user: { permissionId: '07283049172' } } };
      case 'GET /drive/v3/drives':
        return this.#drives(query);
      case 'GET /drive/v3/files':
        return this.#list(query);
      case 'POST /drive/v3/files':
        return this.#create(jsonOf(call.body), query);
      case 'GET /drive/v3/files/generateIds':
        return {
          status: 200,
          json: { kind: 'drive#generatedIds', space: 'drive', ids: Array.from({ length: 3 }, () => this.#store.newId()) },
        };
    }
    const item = /^\/drive\/v3\/files\/([\w-]+)(?:\/(copy|revisions)(?:\/([\w-]+))?)?$/.exec(path);
    const file = this.#visible(item?.[1] ?? '', query);
    return file === undefined ? driveError(404, 'notFound') : this.#file(call, file, { action: item?.[2] ?? '', revision: item?.[3] });
  }

  /** Files of shared drives do not exist for those who do not say that they know of them. */
  #visible(id: string, query: URLSearchParams): DriveFile | undefined {
    const file = this.#store.get(id);
    const shared = file !== undefined && this.#store.driveOf(file) !== undefined;
    return shared && query.get('supportsAllDrives') !== 'true' ? undefined : file;
  }

  #drives(query: URLSearchParams): Reply {
    const all = [...this.#store.drives].map(([id, { name, created }]) => ({ id, name, createdTime: created.toISOString() }));
    const start = Number(query.get('pageToken') ?? '0');
    const next = start + 2 < all.length ? { nextPageToken: String(start + 2) } : {};
    return { status: 200, json: { drives: all.slice(start, start + 2), ...next } };
  }

  #list(query: URLSearchParams): Reply {
    const found = this.#store.search(query.get('q') ?? '');
    if (found === undefined) return driveError(query.get('q')?.includes("' in parents") === true ? 404 : 400, 'notFound');
    const drive = query.get('corpora') === 'drive' ? (query.get('driveId') ?? '') : undefined;
    const sharedToo = query.get('includeItemsFromAllDrives') === 'true' && query.get('supportsAllDrives') === 'true';
    const files = found.filter((file) => this.#store.driveOf(file) === (sharedToo ? drive : undefined));
    const start = Number(query.get('pageToken') ?? '0');
    const end = start + Math.min(pageItems, Number(query.get('pageSize') ?? '100'));
    const fields = /files\(([^)]*)\)/.exec(query.get('fields') ?? '')?.[1] ?? null;
    const page = files.slice(start, end).map((file) => projected(this.#store.json(file), fields));
    return { status: 200, json: { incompleteSearch: false, files: page, ...(end < files.length && { nextPageToken: String(end) }) } };
  }

  #file(call: Call, file: DriveFile, { action, revision }: { action: string; revision: string | undefined }): Reply {
    const { method, query } = call;
    if (method === 'POST' && action === 'copy') return this.#create(jsonOf(call.body), query, file);
    if (method === 'DELETE' && action === 'revisions') return this.#dropRevision(file, revision ?? '');
    if (method === 'GET' && query.get('alt') === 'media') return this.#media(call, file);
    if (method === 'GET') return this.#answer(file, query);
    if (method === 'PATCH') {
      file.trashed = (jsonOf(call.body) as Metadata).trashed ?? file.trashed;
      return this.#answer(file, query);
    }
    if (method !== 'DELETE') return driveError(405, 'methodNotAllowed');
    this.#store.files.delete(file.id);
    return { status: 204 };
  }

  #answer(file: DriveFile, query: URLSearchParams): Reply {
    return { status: 200, json: projected(this.#store.json(file), query.get('fields')) };
  }

  #media({ headers }: Call, file: DriveFile): Reply {
    const head = file.revisions.at(-1);
    return head === undefined ? driveError(403, 'fileNotDownloadable') : ranged(head.bytes, headers.range);
  }

  #dropRevision(file: DriveFile, revision: string): Reply {
    const at = file.revisions.findIndex(({ id }) => id === revision);
    if (at === -1) return driveError(404, 'notFound');
    if (file.revisions.length === 1) return driveError(400, 'cannotDeleteOnlyRevision');
    file.revisions.splice(at, 1);
    return { status: 204 };
  }

  /** A refusal, or nothing: parents that are there, and ids that were given out and are not in use. */
  #refusal({ id, parents = [] }: Metadata, query: URLSearchParams): Reply | undefined {
    if (parents.length > 1) return driveError(403, 'multipleParentsNotSupported');
    if (parents[0] !== undefined && this.#visible(parents[0], query) === undefined) return driveError(404, 'notFound');
    if (id === undefined) return undefined;
    if (!this.#store.ids.has(id)) return driveError(400, 'invalid');
    return this.#store.files.has(id) ? driveError(409, 'fileIdInUse') : undefined;
  }

  #create(metadata: Metadata, query: URLSearchParams, source?: DriveFile, bytes = source?.revisions.at(-1)?.bytes): Reply {
    return this.#refusal(metadata, query) ?? this.#answer(this.#made(metadata, bytes, source), query);
  }

  #made(
    { id = this.#store.newId(), name = 'Untitled', mimeType, parents = ['root-of-my-drive'] }: Metadata,
    bytes?: Buffer,
    source?: DriveFile,
  ): DriveFile {
    const type = mimeType ?? source?.mimeType ?? 'application/octet-stream';
    return this.#store.put({ id, name, mimeType: type, parent: parents[0] ?? '' }, type === folderType ? undefined : bytes);
  }

  #upload(call: Call, id: string | undefined): Reply {
    const { method, query } = call;
    const session = query.get('upload_id');
    if (session !== null) return this.#sessions.handle(call, session);
    const file = id === undefined ? undefined : this.#visible(id, query);
    if ((id === undefined) !== (method === 'POST') || (id !== undefined && method !== 'PATCH')) return driveError(405, 'methodNotAllowed');
    if (id !== undefined && file === undefined) return driveError(404, 'notFound');
    return this.#begun(call, file);
  }

  #begun(call: Call, file: DriveFile | undefined): Reply {
    const { query } = call;
    const form = query.get('uploadType') === 'multipart' ? formIn(call) : { metadata: jsonOf(call.body) as Metadata, bytes: undefined };
    if (form === undefined) return driveError(400, 'badContent');
    if ((form.bytes?.length ?? 0) > multipartBytes) return driveError(413, 'uploadTooLarge');
    // `files.update` takes no parents: they are changed by parameters of their own.
    if (file !== undefined && form.metadata.parents !== undefined) return driveError(403, 'fieldNotWritable');
    const refusal = file === undefined ? this.#refusal(form.metadata, query) : undefined;
    if (refusal !== undefined) return refusal;
    const finish = (bytes: Buffer): DriveFile => {
      if (file === undefined) return this.#made(form.metadata, bytes);
      this.#store.store(file, bytes);
      return file;
    };
    return form.bytes === undefined ? this.#sessions.create(call, finish) : this.#answer(finish(form.bytes), query);
  }
}

/** multipart/related: the metadata first, then the media. */
function formIn({ headers, body }: Call): { metadata: Metadata; bytes: Buffer } | undefined {
  const boundary = /^multipart\/related; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1];
  const start = boundary === undefined ? -1 : body.indexOf('\r\n\r\n');
  const second = body.indexOf(`\r\n--${boundary}\r\n`, start);
  const media = body.indexOf('\r\n\r\n', second);
  const end = body.lastIndexOf(`\r\n--${boundary}--\r\n`);
  if (start < 0 || second < 0 || media < 0 || end < media) return undefined;
  if (!body.subarray(0, start).toString().includes('application/json')) return undefined;
  return { metadata: jsonOf(body.subarray(start + 4, second)) as Metadata, bytes: Buffer.from(body.subarray(media + 4, end)) };
}
