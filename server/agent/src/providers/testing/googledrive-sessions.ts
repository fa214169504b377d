// Owns the resumable sessions of the fake of Google Drive (developers.google.com/workspace/drive/api/guides/manage-uploads).
import type { DriveFile, DriveStoreFake } from './googledrive-store.ts';
import { projected } from './googledrive-store.ts';
import type { Call, Reply } from './vendor-server.ts';

interface Session {
  readonly size: number;
  readonly fields: string | null;
  readonly finish: (bytes: Buffer) => DriveFile;
  bytes: Buffer;
  done: DriveFile | undefined;
}

export const driveError = (status: number, reason: string): Reply => ({
  status,
  json: { error: { code: status, message: `refused: ${reason}`, errors: [{ domain: 'global', reason, message: `refused: ${reason}` }] } },
});

const quantum = 256 * 1024;

export class DriveSessionsFake {
  readonly #store: DriveStoreFake;
  readonly #sessions = new Map<string, Session>();
  /** Of the next range, no more than this is kept. */
  keepAtMost = Number.POSITIVE_INFINITY;

  constructor(store: DriveStoreFake) {
    this.#store = store;
  }

  get open(): number {
    return [...this.#sessions.values()].filter(({ done }) => done === undefined).length;
  }

  expire(): void {
    this.#sessions.clear();
  }

  create({ headers, query }: Call, finish: (bytes: Buffer) => DriveFile): Reply {
    const size = Number(headers['x-upload-content-length']);
    if (!Number.isInteger(size) || headers['x-upload-content-type'] === undefined) return driveError(400, 'badRequest');
    const id = `upload-${this.#store.newId()}`;
    this.#sessions.set(id, { size, fields: query.get('fields'), finish, bytes: Buffer.alloc(0), done: undefined });
    return { status: 200, headers: { location: `http://${headers.host}/upload/drive/v3/files?uploadType=resumable&upload_id=${id}` } };
  }

  handle(call: Call, id: string): Reply {
    const session = this.#sessions.get(id);
    if (session === undefined) return driveError(404, 'notFound');
    if (call.method === 'DELETE') {
      this.#sessions.delete(id);
      return { status: 499 };
    }
    if (call.method !== 'PUT') return driveError(405, 'methodNotAllowed');
    if (session.done !== undefined) return this.#file(session, session.done);
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(String(call.headers['content-range']));
    if (range === null || Number(range[3]) !== session.size) return driveError(400, 'badRequest');
    return range[1] === undefined
      ? this.#standing(session)
      : this.#take(call.body, session, { from: Number(range[1]), to: Number(range[2]) });
  }

  #take(body: Buffer, session: Session, { from, to }: { from: number; to: number }): Reply {
    const isLast = to + 1 === session.size;
    if (from !== session.bytes.length || body.length !== to - from + 1 || (!isLast && body.length % quantum !== 0))
      return driveError(400, 'invalidRange');
    const kept = Math.floor(Math.min(this.keepAtMost, body.length) / quantum) * quantum;
    const all = this.keepAtMost >= body.length;
    this.keepAtMost = Number.POSITIVE_INFINITY;
    session.bytes = Buffer.concat([session.bytes, all ? body : body.subarray(0, kept)]);
    if (session.bytes.length < session.size) return this.#standing(session);
    session.done = session.finish(session.bytes);
    return this.#file(session, session.done);
  }

  #file({ fields }: Session, file: DriveFile): Reply {
    return { status: 200, json: projected(this.#store.json(file), fields) };
  }

  #standing({ bytes }: Session): Reply {
    return { status: 308, headers: bytes.length === 0 ? {} : { range: `bytes=0-${bytes.length - 1}` } };
  }
}
