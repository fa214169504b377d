// Owns the chunked upload sessions of the fake of Box (developer.box.com/guides/uploads/chunked): fixed parts, each of them immutable.
import { createHash } from 'node:crypto';
import { type BoxEntry, type BoxStoreFake, sha1Of } from './box-store.ts';
import { type Call, jsonOf, type Reply } from './vendor-server.ts';

interface Part {
  readonly part_id: string;
  readonly offset: number;
  readonly size: number;
  readonly sha1: string;
}

interface Session {
  readonly size: number;
  readonly name: string;
  readonly folder: string;
  readonly replaces: BoxEntry | undefined;
  readonly parts: Map<number, Part & { readonly bytes: Buffer }>;
}

export const boxError = (status: number, code: string, info?: object): Reply => ({
  status,
  json: { type: 'error', status, code, message: `refused: ${code}`, request_id: 'r', ...(info !== undefined && { context_info: info }) },
});

export class BoxSessionsFake {
  readonly #store: BoxStoreFake;
  readonly #sessions = new Map<string, Session>();
  readonly #sizes: { readonly partBytes: number; readonly minBytes: number };
  /** How many commits are answered 202 first. */
  processing = 0;

  constructor(store: BoxStoreFake, sizes: { partBytes: number; minBytes: number }) {
    this.#store = store;
    this.#sizes = sizes;
  }

  get open(): number {
    return this.#sessions.size;
  }

  expire(): void {
    this.#sessions.clear();
  }

  create(call: Call, replaces?: BoxEntry): Reply {
    const { file_size: size, file_name: name = replaces?.name, folder_id: folder = replaces?.parent } = jsonOf(call.body);
    if (typeof size !== 'number' || typeof name !== 'string' || typeof folder !== 'string') return boxError(400, 'bad_request');
    if (size < this.#sizes.minBytes) return boxError(400, 'file_size_too_small');
    if (this.#store.get(folder, 'folder') === undefined) return boxError(404, 'invalid_parameter');
    const taken = replaces === undefined ? this.#store.named(folder, name) : undefined;
    if (taken !== undefined) return boxError(409, 'item_name_in_use', { conflicts: this.#store.json(taken) });
    const id = `S${this.#store.nextId()}`;
    this.#sessions.set(id, { size, name, folder, replaces, parts: new Map() });
    return { status: 201, json: { id, type: 'upload_session', part_size: this.#sizes.partBytes, num_parts_processed: 0 } };
  }

  handle(call: Call, id: string, action: string): Reply {
    const session = this.#sessions.get(id);
    if (session === undefined) return boxError(404, 'upload_session_not_found');
    const parts = [...session.parts.values()].map(({ bytes: _bytes, ...part }) => part);
    if (call.method === 'GET' && action === '/parts') {
      const [offset, limit] = [Number(call.query.get('offset')), Math.min(2, Number(call.query.get('limit')))];
      return { status: 200, json: { entries: parts.slice(offset, offset + limit), offset, limit, total_count: parts.length } };
    }
    if (call.method === 'PUT' && action === '') return this.#part(call, session);
    if (call.method === 'POST' && action === '/commit') return this.#commit(call, id, session);
    if (call.method !== 'DELETE' || action !== '') return boxError(405, 'method_not_allowed');
    this.#sessions.delete(id);
    return { status: 204 };
  }

  #part({ headers, body }: Call, session: Session): Reply {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(String(headers['content-range']));
    const [offset, last, total] = [Number(range?.[1]), Number(range?.[2]), Number(range?.[3])];
    const due = Math.min(this.#sizes.partBytes, session.size - offset);
    if (
      range === null ||
      total !== session.size ||
      offset % this.#sizes.partBytes !== 0 ||
      last - offset + 1 !== due ||
      body.length !== due
    )
      return boxError(416, 'range_not_satisfiable');
    if (session.parts.has(offset)) return boxError(409, 'range_overlaps_existing_range');
    const sha1 = sha1Of(body);
    if (headers['digest'] !== `sha=${Buffer.from(sha1, 'hex').toString('base64')}`) return boxError(412, 'precondition_failed');
    const part = { part_id: this.#store.nextId(), offset, size: body.length, sha1 };
    session.parts.set(offset, { ...part, bytes: body });
    return { status: 200, json: { part } };
  }

  #commit({ headers, body }: Call, id: string, session: Session): Reply {
    const named = jsonOf(body)['parts'] as Part[];
    const held = [...session.parts.values()].toSorted((a, b) => a.offset - b.offset);
    const same =
      named.length === held.length && named.every((part, at) => part.part_id === held[at]?.part_id && part.sha1 === held[at]?.sha1);
    if (!same || held.reduce((sum, { size }) => sum + size, 0) !== session.size) return boxError(400, 'bad_request');
    if (this.processing > 0) {
      this.processing -= 1;
      return { status: 202, headers: { 'retry-after': '0' } };
    }
    const hash = createHash('sha1');
    for (const part of held) hash.update(part.bytes);
    if (headers['digest'] !== `sha=${hash.digest('base64')}`) return boxError(412, 'precondition_failed');
    const taken = session.replaces === undefined ? this.#store.named(session.folder, session.name) : undefined;
    if (taken !== undefined) return boxError(409, 'item_name_in_use', { conflicts: this.#store.json(taken) });
    const bytes = Buffer.concat(held.map((part) => part.bytes));
    const entry = session.replaces ?? this.#store.add('file', session.folder, session.name);
    this.#store.store(entry, bytes);
    this.#sessions.delete(id);
    return { status: 201, json: { total_count: 1, entries: [this.#store.json(entry)] } };
  }
}
