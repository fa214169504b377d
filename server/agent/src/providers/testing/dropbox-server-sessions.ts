// Owns the concurrent upload sessions of the Dropbox of tests, with what files/upload_session/start, append_v2 and finish refuse.
import type { Reply } from './fake-api.ts';
import type { DropboxTree, Tagged } from './dropbox-server-tree.ts';

const BLOCK = 4_194_304;

export const refused = (summary: string, error: object = {}): Reply => ({
  status: 409,
  body: { error_summary: `${summary}/..`, error: { '.tag': summary.split('/')[0], ...error } },
});

interface Session {
  readonly pieces: Map<number, Buffer>;
  closed: boolean;
}

export class DropboxSessions {
  readonly #tree: DropboxTree;
  readonly #open = new Map<string, Session>();
  #count = 0;

  constructor(tree: DropboxTree) {
    this.#tree = tree;
  }

  /** Seven days are over. */
  expire(): void {
    this.#open.clear();
  }

  /** Forgets what it holds from an offset on, as a store may that has never promised otherwise. */
  forget(offset: number): void {
    for (const { pieces } of this.#open.values()) pieces.delete(offset);
  }

  handle(name: string, argument: Tagged, body: Buffer): Reply | undefined {
    if (name === 'files/upload_session/start') return this.#start(argument, body);
    if (name === 'files/upload_session/append_v2') return this.#append(argument, body);
    return name === 'files/upload_session/finish' ? this.#finish(argument, body) : undefined;
  }

  #start({ session_type, close }: Tagged, body: Buffer): Reply {
    if (session_type !== 'concurrent') throw new Error('only concurrent sessions are known here');
    if (body.length > 0) return refused('concurrent_session_data_not_allowed');
    if (close === true) return refused('concurrent_session_close_not_allowed');
    const session_id = `pid_upload_session:${(this.#count += 1)}`;
    this.#open.set(session_id, { pieces: new Map(), closed: false });
    return { status: 200, body: { session_id } };
  }

  #append({ cursor, close }: Tagged, body: Buffer): Reply {
    const { session_id, offset } = cursor as { session_id: string; offset: number };
    const session = this.#open.get(session_id);
    if (session === undefined) return refused('not_found');
    if (session.closed) return refused('closed');
    if (offset % BLOCK !== 0) return refused('concurrent_session_invalid_offset');
    if (close !== true && body.length % BLOCK !== 0) return refused('concurrent_session_invalid_data_size');
    if (differs(session.pieces, offset, body)) return alreadyOther(offset);
    if (body.length > 0) session.pieces.set(offset, Buffer.from(body));
    session.closed = close === true;
    return { status: 200, body: 'null' };
  }

  #finish({ cursor, commit }: Tagged, body: Buffer): Reply {
    const { session_id, offset } = cursor as { session_id: string; offset: number };
    const session = this.#open.get(session_id);
    if (session === undefined) return refused('lookup_failed/not_found');
    if (body.length > 0) return refused('concurrent_session_data_not_allowed');
    if (!session.closed) return refused('concurrent_session_not_closed');
    const whole = joined(session.pieces);
    if (whole.length !== offset) return refused('concurrent_session_missing_data');
    const result = this.#tree.commit(commit as Tagged, whole);
    if (typeof result === 'string') return refused(`path/${result}`);
    this.#open.delete(session_id);
    return { status: 200, body: result };
  }
}

/**
 * Not in the documentation; the words are those that the example large-file-upload of dropbox-sdk-rust has known (commit 02a1f91, taken
 * out again in a971628). That the same bytes are taken once more is inferred from them.
 */
const alreadyOther = (offset: number): Reply => ({
  status: 400,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `Error in call to API function "files/upload_session/append_v2": Different data already uploaded at offset ${offset}`,
});

/** Whether any byte is another one than what an earlier append has brought to the same place. */
const differs = (pieces: ReadonlyMap<number, Buffer>, offset: number, body: Buffer): boolean =>
  [...pieces].some(([at, held]) => {
    const [start, end] = [Math.max(at, offset), Math.min(at + held.length, offset + body.length)];
    return start < end && !held.subarray(start - at, end - at).equals(body.subarray(start - offset, end - offset));
  });

/** The pieces from the start as far as they follow each other. */
function joined(pieces: ReadonlyMap<number, Buffer>): Buffer {
  const found: Buffer[] = [];
  let end = 0;
  for (let piece = pieces.get(0); piece !== undefined; piece = pieces.get(end)) {
    found.push(piece);
    end += piece.length;
  }
  return Buffer.concat(found);
}
