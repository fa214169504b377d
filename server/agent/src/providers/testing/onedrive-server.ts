// Owns a OneDrive of its own for tests: the requests of Microsoft Graph v1.0 that the provider sends, held to their rules.
import { oneDrive } from '../oauth-vendors.ts';
import { type Ask, fakeApi, type FakeApi, ranged, type Reply } from './fake-api.ts';
import { DriveSessions, graphError } from './onedrive-server-sessions.ts';
import { type Conflict, type DriveItem, DriveTree } from './onedrive-server-tree.ts';
import { identityOf } from './vendor-manners.ts';

export interface FakeOneDrive extends FakeApi {
  readonly tree: DriveTree;
  readonly sessions: DriveSessions;
  /** How often a copy says that it is under way before it is done. */
  copyPolls: number;
  /** Whether it gets further between two looks. */
  copyMoves: boolean;
  /** Whether items name the address of their bytes. */
  namesDownloads: boolean;
}

interface Drive {
  readonly tree: DriveTree;
  readonly sessions: DriveSessions;
  readonly copies: Map<string, { polls: number; result: object }>;
  readonly settings: { copyPolls: number; copyMoves: boolean; namesDownloads: boolean };
  readonly origin: () => string;
}

const PAGE = 200;
const DRIVE = '/v1.0/me/drive';
const NOT_FOUND = graphError(404, 'itemNotFound');

export async function oneDriveServer(): Promise<FakeOneDrive> {
  const tree = new DriveTree();
  const sessions = new DriveSessions(tree);
  const settings = { copyPolls: 0, copyMoves: false, namesDownloads: true };
  const api = await fakeApi((origin) => {
    const drive = { tree, sessions, settings, origin, copies: new Map() };
    return {
      nameOf,
      guarded: (name) => !/ (?:upload|download|monitor)$/.test(name),
      unauthorized: graphError(401, 'InvalidAuthenticationToken'),
      handle: (ask) => handled(drive, ask),
    };
  });
  return Object.assign(settings, api, { tree, sessions });
}

/** "PUT content", "GET upload", "GET item": the method and what it is about. */
function nameOf({ method, url }: Ask): string {
  const { pathname } = url;
  const first = /^\/(upload|download|monitor)\//.exec(pathname)?.[1];
  const part = /[:/](?:root|items\/[^/]+|)\/?(children|content|createUploadSession|copy)$/.exec(pathname)?.[1];
  return `${method} ${first ?? part ?? 'item'}`;
}

function handled(drive: Drive, ask: Ask): Reply {
  const { pathname } = ask.url;
  if (pathname.startsWith('/upload/')) return drive.sessions.handle(ask, (item) => shown(drive, item));
  if (pathname.startsWith('/download/')) return downloaded(drive, ask);
  if (pathname.startsWith('/monitor/')) return progress(drive, pathname);
  if (pathname === DRIVE) return { status: 200, body: { ...identityOf(oneDrive), createdDateTime: '2024-05-06T07:08:09Z' } };
  const [, id, idPart = ''] = /^\/v1\.0\/me\/drive\/items\/([^/]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
  if (id !== undefined) {
    const item = drive.tree.byId(decodeURIComponent(id));
    return item === undefined ? NOT_FOUND : ofItem(drive, ask, item.path, idPart);
  }
  const [, path = '', part = ''] = /^\/v1\.0\/me\/drive\/root(?:(:\/[^:]+)(?::|$))?(?:\/(\w+))?$/.exec(pathname) ?? [];
  if (!pathname.startsWith(`${DRIVE}/root`)) return NOT_FOUND;
  const names = path.slice(2).split('/').map(decodeURIComponent);
  if (path !== '' && names.some((name) => name === '' || /["*:<>?\\|/]/.test(name))) return graphError(400, 'invalidRequest');
  return ofItem(drive, ask, path === '' ? '' : `/${names.join('/')}`, part);
}

function ofItem(drive: Drive, ask: Ask, path: string, part: string): Reply {
  const item = drive.tree.at(path);
  const behavior = (ask.url.searchParams.get('@microsoft.graph.conflictBehavior') ?? 'replace') as Conflict;
  switch (`${ask.method} ${part}`) {
    case 'GET ':
      return item === undefined ? NOT_FOUND : { status: 200, body: shown(drive, item) };
    case 'DELETE ':
      return removed(drive, ask, item);
    case 'GET children':
      return item === undefined ? NOT_FOUND : listed(drive, ask, path);
    case 'POST children':
      return item === undefined ? NOT_FOUND : folderMade(drive, ask, path);
    case 'GET content':
      if (item?.bytes === undefined) return NOT_FOUND;
      return { status: 302, headers: { location: `${drive.origin()}/download/${item.id}/${item.version}` } };
    case 'PUT content':
      return stored(drive, drive.tree.put(path, ask.body, behavior));
    case 'POST createUploadSession':
      return drive.sessions.start(path, JSON.parse(ask.body.toString()) as object, drive.origin());
    case 'POST copy':
      return item === undefined ? NOT_FOUND : copied(drive, ask, item);
    default:
      return graphError(400, 'invalidRequest');
  }
}

const stored = (drive: Drive, item: DriveItem | undefined): Reply =>
  item === undefined ? graphError(409, 'nameAlreadyExists') : { status: 201, body: shown(drive, item) };

function shown({ tree, settings, origin }: Drive, item: DriveItem): object {
  const { '@microsoft.graph.downloadUrl': url, ...rest } = tree.shown(item, origin());
  return settings.namesDownloads && url !== undefined ? { ...rest, '@microsoft.graph.downloadUrl': url } : rest;
}

function removed({ tree }: Drive, { headers }: Ask, item: DriveItem | undefined): Reply {
  if (item === undefined) return NOT_FOUND;
  if (headers['if-match'] !== undefined && headers['if-match'] !== tree.eTag(item)) return graphError(412, 'resourceModified');
  tree.remove(item.path);
  return { status: 204 };
}

function listed(drive: Drive, { url }: Ask, path: string): Reply {
  const start = Number(url.searchParams.get('$skiptoken') ?? 0);
  const top = Math.min(PAGE, Number(url.searchParams.get('$top') ?? PAGE));
  const all = drive.tree.children(path);
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(start + top));
  const more = start + top < all.length ? { '@odata.nextLink': next.href } : {};
  return { status: 200, body: { ...more, value: all.slice(start, start + top).map((item) => drive.tree.shown(item, drive.origin())) } };
}

function folderMade(drive: Drive, ask: Ask, path: string): Reply {
  const { name, folder } = JSON.parse(ask.body.toString()) as { name: string; folder?: object };
  if (folder === undefined || /["*:<>?\\|/]/.test(name)) return graphError(400, 'invalidRequest');
  return stored(drive, drive.tree.put(`${path}/${name}`, undefined, 'fail'));
}

/** An address is of one version; whoever shows a token there has given it away. */
function downloaded({ tree }: Drive, { url, headers }: Ask): Reply {
  const [, , id = ''] = url.pathname.split('/');
  const item = tree.byId(id);
  if (headers.authorization !== undefined) return graphError(401, 'unauthenticated');
  if (item?.bytes === undefined) return NOT_FOUND;
  return ranged(item.bytes, headers.range, { 'content-disposition': 'attachment; filename="file"' });
}

function copied(drive: Drive, ask: Ask, item: DriveItem): Reply {
  const { parentReference, name } = JSON.parse(ask.body.toString()) as { parentReference: { driveId?: string; id: string }; name: string };
  const parent = drive.tree.byId(parentReference.id);
  if (parent === undefined || parentReference.driveId !== 'b!drive') return NOT_FOUND;
  const copy = drive.tree.put(`${parent.path}/${name}`, item.bytes, 'fail');
  const result =
    copy === undefined ? { status: 'failed', error: { code: 'nameAlreadyExists' } } : { status: 'completed', resourceId: copy.id };
  const id = String(drive.copies.size);
  drive.copies.set(id, { polls: drive.settings.copyPolls, result });
  return { status: 202, headers: { location: `${drive.origin()}/monitor/${id}` } };
}

function progress({ copies, settings }: Drive, pathname: string): Reply {
  const copy = copies.get(pathname.slice('/monitor/'.length));
  if (copy === undefined) return NOT_FOUND;
  if (copy.polls === 0) return { status: 200, body: copy.result };
  copy.polls -= 1;
  return {
    status: 202,
    body: { operation: 'ItemCopy', percentageComplete: settings.copyMoves ? 90 / (copy.polls + 1) : 27.8, status: 'inProgress' },
  };
}
