// Owns a stand-in for Frame.io: the v2 API, and the store behind it that takes parts and gives originals under signed addresses.
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, type Script, scriptedServer, type ScriptedServer } from './scripted-server.ts';

interface Asset {
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly type: string;
  readonly filesize: number;
  readonly filetype: string;
  readonly parts: (Buffer | undefined)[];
  completed: string | null;
}

export interface FrameServer extends ScriptedServer {
  readonly token: string;
  readonly project: string;
  readonly assets: ReadonlyMap<string, Asset>;
  /** Answers the next request that fits in another way; true when it is taken over. */
  readonly next: (fits: (req: IncomingMessage) => boolean, script: Script) => void;
  /** Addresses of parts given out before this are good no longer. */
  expire(): void;
  /** How often an asset is looked at before all its parts make it complete. */
  looks: number;
}

const PAGE_LIMIT = 50;

/** `partBytes`: about how much goes to one address. Frame.io alone knows how it decides that. */
export async function frameServer(partBytes: number): Promise<FrameServer> {
  const token = `fio-u-${randomUUID()}`;
  const [team, root] = [randomUUID(), randomUUID()];
  const project = { id: randomUUID(), name: 'A project', root_asset_id: root, inserted_at: '2024-05-01T10:00:00.000000Z' };
  const assets = new Map<string, Asset>();
  const scripts: { fits: (req: IncomingMessage) => boolean; script: Script }[] = [];
  let [looks, ticks, generation, base] = [0, 0, 0, ''];
  const awaited = new Map<string, number>();
  const sign = (what: string): string => createHash('sha256').update(`${token}${what}`).digest('hex');

  const present = (asset: Asset, urls = false): object => ({
    _type: asset.type,
    id: asset.id,
    name: asset.name,
    type: asset.type,
    filesize: asset.type === 'file' ? asset.filesize : null,
    upload_completed_at: asset.completed,
    original: asset.completed === null ? null : `${base}/original/${asset.id}?X-Amz-Signature=${sign(asset.id)}`,
    ...(urls && {
      upload_urls: asset.parts.map((_part, n) => {
        const what = `${asset.id}/${n}/${generation}`;
        return `${base}/part/${asset.id}/${n}?X-Amz-Date=20990101T000000Z&X-Amz-Expires=86400&generation=${generation}&X-Amz-Signature=${sign(what)}`;
      }),
    }),
  });

  /** developer.frame.io/platform/v2/api-reference/assets/create-asset. */
  function create(parent: string, body: Record<string, unknown>, res: ServerResponse): void {
    const { name, type, filesize, filetype } = body;
    if (typeof name !== 'string' || name === '' || (type !== 'file' && type !== 'folder')) return json(res, 422, { message: 'invalid' });
    const size = Number(filesize ?? 0);
    if (type === 'file' && (!Number.isInteger(size) || size < 1 || typeof filetype !== 'string'))
      return json(res, 422, { message: 'invalid' });
    const parts = Array.from({ length: Math.ceil(size / partBytes) }, () => undefined);
    const asset: Asset = { id: randomUUID(), parent, name, type, filesize: size, filetype: String(filetype), parts, completed: null };
    assets.set(asset.id, asset);
    json(res, 200, present(asset, true));
  }

  function list(items: readonly object[], query: URLSearchParams, res: ServerResponse): void {
    const size = Math.min(PAGE_LIMIT, Number(query.get('page_size') ?? PAGE_LIMIT));
    const page = Number(query.get('page') ?? 1);
    res.setHeader('page-number', page).setHeader('per-page', size).setHeader('total', items.length);
    res.setHeader('total-pages', Math.ceil(items.length / size));
    json(res, 200, items.slice((page - 1) * size, page * size));
  }

  function look(asset: Asset): void {
    if (asset.type !== 'file' || asset.completed !== null || asset.parts.includes(undefined)) return;
    const seen = (awaited.get(asset.id) ?? 0) + 1;
    awaited.set(asset.id, seen);
    // Parts that do not add up never make a file.
    const bytes = asset.parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
    if (seen > looks && bytes === asset.filesize) asset.completed = new Date(Date.UTC(2025, 0, 1) + ticks++).toISOString();
  }

  async function api(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    if (req.headers.authorization !== `Bearer ${token}`) return json(res, 401, { message: 'unauthorized' });
    const [, kind = '', id = '', below = ''] = url.pathname.replace(/^\/v2/, '').split('/');
    const body = req.method === 'POST' ? (JSON.parse((await bodyOf(req)).toString()) as Record<string, unknown>) : {};
    if (kind === 'me') return json(res, 200, { id: randomUUID() });
    if (kind === 'teams' && id === '') return list([{ id: team, name: 'The team', account_id: 'account' }], url.searchParams, res);
    if (kind === 'teams' && id === team && below === 'projects') return list([project], url.searchParams, res);
    if (kind === 'assets')
      return below === 'children' ? children(req, res, { id, body, query: url.searchParams }) : single(req, res, id, below);
    json(res, 404, { message: 'not found' });
  }

  function children(
    req: IncomingMessage,
    res: ServerResponse,
    { id, body, query }: { id: string; body: Record<string, unknown>; query: URLSearchParams },
  ): void {
    if (id !== root && assets.get(id)?.type !== 'folder') return json(res, 404, { message: 'not found' });
    if (req.method === 'POST') return create(id, body, res);
    const found = [...assets.values()].filter(({ parent }) => parent === id);
    list(found.map((child) => present(child)).toReversed(), query, res);
  }

  function single(req: IncomingMessage, res: ServerResponse, id: string, below: string): void {
    const asset = assets.get(id);
    if (asset === undefined || below !== '') return json(res, 404, { message: 'not found' });
    if (req.method === 'DELETE') assets.delete(id);
    else look(asset);
    json(res, 200, present(asset));
  }

  /** A presigned PUT: one proof only, and the headers that were signed (docs.aws.amazon.com/AmazonS3, sigv4 query authentication). */
  async function part(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const [, , id = '', n = ''] = url.pathname.split('/');
    const bytes = await bodyOf(req);
    const asset = assets.get(id);
    if (req.headers.authorization !== undefined) return void res.writeHead(400).end('<Error><Code>InvalidArgument</Code></Error>');
    const signed = url.searchParams.get('X-Amz-Signature') === sign(`${id}/${n}/${url.searchParams.get('generation')}`);
    const current = url.searchParams.get('generation') === String(generation);
    if (asset === undefined) return void res.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
    if (!signed || !current || req.headers['x-amz-acl'] !== 'private' || req.headers['content-type'] !== asset.filetype)
      return void res.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    if (asset.completed !== null || Number(n) >= asset.parts.length)
      return void res.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
    asset.parts[Number(n)] = bytes;
    res.writeHead(200, { etag: `"${createHash('md5').update(bytes).digest('hex')}"` }).end();
  }

  function original(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const [, , id = ''] = url.pathname.split('/');
    const asset = assets.get(id);
    if (req.headers.authorization !== undefined) return void res.writeHead(400).end();
    if (url.searchParams.get('X-Amz-Signature') !== sign(id) || asset === undefined) return void res.writeHead(403).end();
    const bytes = Buffer.concat(asset.parts.map((bytes) => bytes ?? Buffer.alloc(0)));
    const [, first, last = ''] = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '') ?? [];
    if (first === undefined) return void res.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    if (Number(first) >= bytes.length) return void res.writeHead(416).end();
    const piece = bytes.subarray(Number(first), last === '' ? undefined : Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + piece.length - 1}/${bytes.length}`;
    res.writeHead(206, { 'content-length': piece.length, 'content-range': range }).end(piece);
  }

  const server = await scriptedServer((req, res) => {
    const scripted = scripts.findIndex(({ fits }) => fits(req));
    if (scripted !== -1) return scripts.splice(scripted, 1)[0]?.script(req, res);
    const url = new URL(req.url ?? '', 'http://frame');
    if (url.pathname.startsWith('/part/')) return part(req, res, url);
    if (url.pathname.startsWith('/original/')) return original(req, res, url);
    return api(req, res, url);
  });
  base = server.url;
  return {
    ...server,
    token,
    project: project.name,
    assets,
    next: (fits, script) => void scripts.push({ fits, script }),
    expire: () => void (generation += 1),
    get looks() {
      return looks;
    },
    set looks(times) {
      looks = times;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
