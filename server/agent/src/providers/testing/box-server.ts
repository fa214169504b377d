// Owns the fake of the Box API: it refuses what developer.box.com/reference says is refused, and really stores what it takes.
import { BoxSessionsFake, boxError } from './box-sessions.ts';
import { type BoxEntry, BoxStoreFake, sha1Of } from './box-store.ts';
import { type Call, jsonOf, ranged, type Reply, vendorServer, type VendorServer } from './vendor-server.ts';

export interface BoxServer extends VendorServer {
  readonly store: BoxStoreFake;
  readonly sessions: BoxSessionsFake;
}

export interface BoxSizes {
  readonly partBytes: number;
  readonly minBytes: number;
  /** Items in a page of a folder, at most. */
  readonly pageItems: number;
}

/** 8 MiB is the part size that the guide shows; sessions start at 20 MB. */
const defaultSizes: BoxSizes = { partBytes: 8 * 1024 * 1024, minBytes: 20_000_000, pageItems: 3 };
const directBytes = 50_000_000;

export async function boxServer(sizes: Partial<BoxSizes> = {}): Promise<BoxServer> {
  const all = { ...defaultSizes, ...sizes };
  const store = new BoxStoreFake();
  const sessions = new BoxSessionsFake(store, all);
  const fake = new BoxFake(store, sessions, all);
  const server = await vendorServer({
    handle: (call) => fake.route(call),
    unauthorized: { status: 401, headers: { 'www-authenticate': 'Bearer realm="Service", error="invalid_token"' } },
    free: /^GET \/dl\//,
  });
  return { ...server, store, sessions };
}

class BoxFake {
  readonly #store: BoxStoreFake;
  readonly #sessions: BoxSessionsFake;
  readonly #sizes: BoxSizes;

  constructor(store: BoxStoreFake, sessions: BoxSessionsFake, sizes: BoxSizes) {
    this.#store = store;
    this.#sessions = sessions;
    this.#sizes = sizes;
  }

  route(call: Call): Reply {
    const { path } = call;
    const upload = /^\/api\/2\.0\/files(?:\/(\d+))?\/(content|upload_sessions)(?:\/(\w+)(.*))?$/.exec(path);
    if (upload !== null) return this.#upload(call, upload[1], { what: upload[2], session: upload[3], action: upload[4] ?? '' });
    const download = /^\/dl\/(\d+)\/(\d+)$/.exec(path);
    if (download !== null) return this.#bytes(call, download[1] ?? '', download[2] ?? '');
    switch (`${call.method} ${path}`) {
      case 'OPTIONS /2.0/files/content':
        return this.#preflight(call);
      case 'POST /2.0/folders':
        return this.#createFolder(call);
      case 'GET /2.0/users/me':
        return { status: 200, json: { type: 'user', id: '11446498', created_at: '2021-05-01T00:00:00-07:00' } };
      default:
        return this.#existing(call);
    }
  }

  #existing(call: Call): Reply {
    const [, type, id = '', action = ''] = /^\/2\.0\/(file|folder|web_link)s\/(\d+)(\/.*)?$/.exec(call.path) ?? [];
    const entry = this.#store.get(id, type as BoxEntry['type']);
    return entry === undefined ? boxError(404, 'not_found') : this.#item(call, entry, action);
  }

  #item(call: Call, entry: BoxEntry, action: string): Reply {
    switch (`${call.method} ${entry.type}${action}`) {
      case 'GET file':
      case 'GET folder':
        return { status: 200, json: this.#store.json(entry) };
      case 'GET folder/items':
        return this.#items(call, entry);
      case 'GET file/content': {
        const version = entry.versions.find(({ id }) => id === (call.query.get('version') ?? entry.versions.at(-1)?.id));
        if (version === undefined) return boxError(404, 'not_found');
        return { status: 302, headers: { location: `http://${call.headers.host}/dl/${entry.id}/${version.id}` } };
      }
      case 'POST file/copy':
        return this.#copy(call, entry);
      case 'POST file/versions/current':
        return this.#promote(call, entry);
      case 'DELETE folder':
        if (this.#store.children(entry.id).length > 0) return boxError(400, 'folder_not_empty');
        entry.trashed = true;
        return { status: 204 };
      case 'DELETE file':
        entry.trashed = true;
        return { status: 204 };
      default:
        return boxError(405, 'method_not_allowed');
    }
  }

  #items({ query }: Call, entry: BoxEntry): Reply {
    if (query.get('usemarker') !== 'true') return boxError(400, 'bad_request');
    const start = Number(query.get('marker') ?? '0');
    const limit = Math.min(this.#sizes.pageItems, Number(query.get('limit')));
    const children = this.#store.children(entry.id);
    const entries = children.slice(start, start + limit).map((child) => this.#store.json(child));
    const next = start + limit < children.length ? { next_marker: String(start + limit) } : {};
    return { status: 200, json: { entries, limit, ...next } };
  }

  #bytes({ headers }: Call, id: string, version: string): Reply {
    const found = this.#store.get(id, 'file')?.versions.find((each) => each.id === version);
    return found === undefined ? { status: 404 } : ranged(found.bytes, headers.range);
  }

  #preflight(call: Call): Reply {
    const { name, parent } = jsonOf(call.body) as { name: string; parent: { id: string } };
    return this.#refusal(parent.id, name) ?? { status: 200, json: { upload_url: 'https://upload.box.com/unused', upload_token: '' } };
  }

  /** developer.box.com/guides/uploads/check: the folder is there, the name is good and free. */
  #refusal(folder: string, name: string, but?: BoxEntry): Reply | undefined {
    if (this.#store.get(folder, 'folder') === undefined) return boxError(404, 'not_found');
    if (name === '' || name.length > 255 || /[/\\\p{Cc}]/u.test(name) || name.trim() !== name || name === '.' || name === '..')
      return boxError(400, 'item_name_invalid');
    const taken = this.#store.named(folder, name);
    return taken === undefined || taken === but ? undefined : boxError(409, 'item_name_in_use', { conflicts: this.#store.json(taken) });
  }

  #createFolder(call: Call): Reply {
    const { name, parent } = jsonOf(call.body) as { name: string; parent: { id: string } };
    const refusal = this.#refusal(parent.id, name);
    if (refusal?.status === 409) {
      const taken = this.#store.named(parent.id, name);
      return boxError(409, 'item_name_in_use', { conflicts: taken === undefined ? [] : [this.#store.json(taken)] });
    }
    return refusal ?? { status: 201, json: this.#store.json(this.#store.add('folder', parent.id, name)) };
  }

  #copy(call: Call, source: BoxEntry): Reply {
    const { name = source.name, parent, version } = jsonOf(call.body) as { name?: string; parent: { id: string }; version?: string };
    const bytes = source.versions.find(({ id }) => id === (version ?? source.versions.at(-1)?.id))?.bytes;
    if (bytes === undefined) return boxError(404, 'not_found');
    return this.#refusal(parent.id, name) ?? { status: 201, json: this.#store.json(this.#store.add('file', parent.id, name, bytes)) };
  }

  #promote(call: Call, entry: BoxEntry): Reply {
    const { id } = jsonOf(call.body);
    const version = entry.versions.find((each) => each.id === id);
    if (version === undefined) return boxError(404, 'not_found');
    this.#store.store(entry, version.bytes);
    return { status: 201, json: { type: 'file_version', id: entry.versions.at(-1)?.id } };
  }

  #upload(
    call: Call,
    file: string | undefined,
    { what, session, action }: { what?: string | undefined; session?: string | undefined; action: string },
  ): Reply {
    const replaces = file === undefined ? undefined : this.#store.get(file, 'file');
    if (file !== undefined && replaces === undefined) return boxError(404, 'not_found');
    if (session !== undefined) return this.#sessions.handle(call, session, action);
    if (call.method !== 'POST') return boxError(405, 'method_not_allowed');
    return what === 'content' ? this.#direct(call, replaces) : this.#sessions.create(call, replaces);
  }

  /** developer.box.com/reference/post-files-content and post-files-id-content. */
  #direct(call: Call, replaces: BoxEntry | undefined): Reply {
    const form = formIn(call);
    if (form === undefined) return boxError(400, 'bad_request');
    const { attributes, bytes } = form;
    const folder = replaces?.parent ?? attributes.parent.id;
    if (bytes.length > directBytes) return boxError(413, 'file_size_limit_exceeded');
    const refusal = this.#refusal(folder, attributes.name, replaces);
    if (refusal !== undefined) return refusal;
    const digest = call.headers['content-md5'];
    if (digest !== undefined && digest !== sha1Of(bytes)) return boxError(400, 'bad_digest');
    const entry = replaces ?? this.#store.add('file', folder, attributes.name);
    this.#store.store(entry, bytes);
    return { status: 201, json: { total_count: 1, entries: [this.#store.json(entry)] } };
  }
}

/** `attributes` first, then the file, as the reference demands. */
function formIn({ headers, body }: Call): { attributes: { name: string; parent: { id: string } }; bytes: Buffer } | undefined {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1];
  const start = boundary === undefined ? -1 : body.indexOf('\r\n\r\n');
  const second = body.indexOf(`\r\n--${boundary}\r\n`, start);
  const file = body.indexOf('\r\n\r\n', second);
  const end = body.lastIndexOf(`\r\n--${boundary}--\r\n`);
  if (start < 0 || second < 0 || file < 0 || end < file) return undefined;
  if (!body.subarray(0, start).includes('name="attributes"') || !body.subarray(second, file).includes('name="file"')) return undefined;
  return { attributes: jsonOf(body.subarray(start + 4, second)) as never, bytes: Buffer.from(body.subarray(file + 4, end)) };
}
