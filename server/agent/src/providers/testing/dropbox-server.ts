// Owns a Dropbox of its own for tests: the endpoints of dropbox.com/developers/documentation/http that the provider uses, held to their rules.
import { identityOf } from './vendor-manners.ts';
import { dropbox } from '../oauth-vendors.ts';
import { type Ask, fakeApi, type FakeApi, ranged, type Reply } from './fake-api.ts';
import { DropboxSessions, refused } from './dropbox-server-sessions.ts';
import { DropboxTree, hashOf, type Tagged } from './dropbox-server-tree.ts';

export interface FakeDropbox extends FakeApi {
  readonly tree: DropboxTree;
  readonly sessions: DropboxSessions;
}

type Argument = Readonly<Record<string, unknown>>;

/** The result of an endpoint, or its refusal. */
const answered = (result: object | string): Reply => (typeof result === 'string' ? refused(result) : { status: 200, body: result });

const BAD: Reply = { status: 400, headers: { 'content-type': 'text/plain' }, body: 'Error in call to API function' };

export async function dropboxServer(): Promise<FakeDropbox> {
  const tree = new DropboxTree();
  const sessions = new DropboxSessions(tree);
  const api = await fakeApi((origin) => ({
    nameOf: ({ url }) => url.pathname.replace(/^\/2\//, ''),
    guarded: (name) => !name.startsWith('/link/'),
    unauthorized: { status: 401, body: { error_summary: 'expired_access_token/..', error: { '.tag': 'expired_access_token' } } },
    handle: (ask, name) => (name.startsWith('/link/') ? linked(tree, ask) : called(tree, sessions, ask, name, origin())),
  }));
  return Object.assign(api, { tree, sessions });
}

function called(tree: DropboxTree, sessions: DropboxSessions, ask: Ask, name: string, origin: string): Reply {
  if (ask.method !== 'POST') return { status: 404 };
  if (name === 'users/get_current_account') return ask.body.length === 0 ? { status: 200, body: identityOf(dropbox) } : BAD;
  const inHeader = ask.headers['dropbox-api-arg'];
  if (typeof inHeader === 'string') {
    // Not ASCII: the header would have been garbled on the way.
    if (/[^\u0020-\u007e]/.test(inHeader)) return BAD;
    return bytesEndpoint(tree, sessions, ask, name, JSON.parse(inHeader) as Argument);
  }
  if (ask.headers['content-type'] !== 'application/json') return BAD;
  return jsonEndpoint(tree, name, JSON.parse(ask.body.toString()) as Argument, origin);
}

function bytesEndpoint(tree: DropboxTree, sessions: DropboxSessions, ask: Ask, name: string, argument: Argument): Reply {
  if (name === 'files/download') return downloaded(tree, ask, String(argument.path));
  if (ask.headers['content-type'] !== 'application/octet-stream') return BAD;
  if (ask.body.length > 150 * 1024 * 1024) return refused('payload_too_large');
  if (argument.content_hash !== undefined && argument.content_hash !== hashOf(ask.body)) return refused('content_hash_mismatch');
  if (name === 'files/upload') {
    const result = tree.commit(argument, ask.body);
    return typeof result === 'string' ? refused(`path/${result}`) : answered(result);
  }
  return sessions.handle(name, argument, ask.body) ?? { status: 404 };
}

function downloaded(tree: DropboxTree, ask: Ask, path: string): Reply {
  const file = tree.fileAt(path);
  if (typeof file === 'string') return refused(`path/${file}`);
  const shown = JSON.stringify(tree.shown(file)).replaceAll(
    /[^\u0020-\u007e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return ranged(file.bytes, ask.headers.range, { 'dropbox-api-result': shown, 'content-type': 'application/octet-stream' });
}

function linked(tree: DropboxTree, { url, headers }: Ask): Reply {
  const file = tree.fileAt(decodeURIComponent(url.pathname.slice('/link'.length)));
  return typeof file === 'string' ? { status: 410 } : ranged(file.bytes, headers.range);
}

function jsonEndpoint(tree: DropboxTree, name: string, argument: Argument, origin: string): Reply {
  const path = typeof argument.path === 'string' ? argument.path : '';
  const under = (field: string, result: Tagged | string): Reply =>
    typeof result === 'string' ? refused(`${field}/${result}`) : { status: 200, body: { metadata: result } };
  switch (name) {
    case 'files/get_metadata': {
      const found = tree.metadata(path);
      return typeof found === 'string' ? refused(`path/${found}`) : answered(found);
    }
    case 'files/list_folder':
      return answered(tree.list(path, Number(argument.limit ?? 500), argument.recursive === true));
    case 'files/list_folder/continue':
      return answered(tree.listOn(String(argument.cursor)));
    case 'files/delete_v2':
      return under('path_lookup', tree.remove(path, argument.parent_rev));
    case 'files/create_folder_v2':
      return under('path', tree.createFolder(path));
    case 'files/copy_v2': {
      const result = tree.copy(String(argument.from_path), String(argument.to_path));
      return typeof result === 'string' ? refused(result) : { status: 200, body: { metadata: result } };
    }
    case 'files/get_temporary_link': {
      const file = tree.fileAt(path);
      if (typeof file === 'string') return refused(`path/${file}`);
      return {
        status: 200,
        body: { link: `${origin}/link${path.split('/').map(encodeURIComponent).join('/')}`, metadata: tree.shown(file) },
      };
    }
    default:
      return { status: 404 };
  }
}
