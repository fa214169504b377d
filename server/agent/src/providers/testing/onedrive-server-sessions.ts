// Owns the upload sessions of the OneDrive of tests, with what learn.microsoft.com/graph/api/driveitem-createuploadsession refuses.
import type { Ask, Reply } from './fake-api.ts';
import type { Conflict, DriveItem, DriveTree } from './onedrive-server-tree.ts';

const FRAGMENT = 327_680;

interface Session {
  readonly path: string;
  readonly conflict: Conflict;
  readonly pieces: Buffer[];
  total: number | undefined;
}

export const graphError = (status: number, code: string): Reply => ({ status, body: { error: { code, message: `${code}.` } } });

const heldBy = ({ pieces }: Session): number => pieces.reduce((sum, { length }) => sum + length, 0);

export class DriveSessions {
  readonly #tree: DriveTree;
  readonly #open = new Map<string, Session>();
  #count = 0;

  constructor(tree: DriveTree) {
    this.#tree = tree;
  }

  /** The expirationDateTime of all is over. */
  expire(): void {
    this.#open.clear();
  }

  /** Loses the last fragment of every session. */
  fallBack(): void {
    for (const { pieces } of this.#open.values()) pieces.pop();
  }

  start(path: string, { item }: { item?: { '@microsoft.graph.conflictBehavior'?: Conflict } }, origin: string): Reply {
    const conflict = item?.['@microsoft.graph.conflictBehavior'] ?? 'fail';
    if (conflict === 'fail' && this.#tree.at(path) !== undefined) return graphError(409, 'nameAlreadyExists');
    const id = `up${(this.#count += 1)}`;
    this.#open.set(id, { path, conflict, pieces: [], total: undefined });
    return { status: 200, body: { uploadUrl: `${origin}/upload/${id}?tempauth=proof`, expirationDateTime: '2099-01-01T00:00:00Z' } };
  }

  handle(ask: Ask, show: (item: DriveItem) => object): Reply {
    const id = ask.url.pathname.slice('/upload/'.length);
    const session = this.#open.get(id);
    // "Including the Authorization header … may result in a 401".
    if (ask.headers.authorization !== undefined) return graphError(401, 'unauthenticated');
    if (session === undefined) return graphError(404, 'itemNotFound');
    if (ask.method === 'DELETE') {
      this.#open.delete(id);
      return { status: 204 };
    }
    if (ask.method === 'GET') return { status: 200, body: stateOf(session) };
    return this.#put(id, session, ask, show);
  }

  #put(id: string, session: Session, { headers, body }: Ask, show: (item: DriveItem) => object): Reply {
    const [, first, last, total] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? []).map(Number);
    if (first === undefined || last === undefined || total === undefined) return graphError(400, 'invalidRange');
    session.total ??= total;
    const ends = last + 1 === total;
    const legal =
      body.length === last - first + 1 &&
      total === session.total &&
      body.length < 60 * 1024 * 1024 &&
      (ends || body.length % FRAGMENT === 0);
    if (!legal) return graphError(400, 'invalidRequest');
    if (first !== heldBy(session)) return graphError(416, 'invalidRange');
    if (!ends) {
      session.pieces.push(Buffer.from(body));
      return { status: 202, body: stateOf(session) };
    }
    const item = this.#tree.put(session.path, Buffer.concat([...session.pieces, body]), session.conflict);
    if (item === undefined) return graphError(409, 'nameAlreadyExists');
    this.#open.delete(id);
    return { status: 201, body: show(item) };
  }
}

const stateOf = (session: Session): object => ({
  expirationDateTime: '2099-01-01T00:00:00Z',
  nextExpectedRanges: [`${heldBy(session)}-`],
});
