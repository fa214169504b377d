// Owns what a fault does to a request before the agent sees it.
import type { IncomingHttpHeaders } from 'node:http';
import type { Json, Operation } from '../kit/contract.ts';
import type { HttpFault, RequestEdit } from './fault.ts';
import { edited } from './json-edit.ts';
import type { LocalFiles } from './local-files.ts';
import type { ProxyState } from './proxy-state.ts';

export interface SeenRequest {
  readonly operation: Operation | undefined;
  method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body, when there is one and it is JSON. */
  json: Json | undefined;
  readonly isJson: boolean;
}

/** What the kit is answered without the agent, if that is what the fault does. */
export interface Swallowed {
  readonly status: number;
  readonly body?: Json;
}

export interface RequestFaultTools {
  readonly state: ProxyState;
  readonly files: LocalFiles;
}

export async function distort(seen: SeenRequest, fault: HttpFault, tools: RequestFaultTools): Promise<Swallowed | undefined> {
  const { state } = tools;
  const edit = fault.request;
  if (edit === undefined) return undefined;
  if (edit.do === 'swallow' || (edit.do === 'require-token' && !seen.url.searchParams.has('token'))) {
    state.applied += 1;
    return edit.do === 'swallow' ? edit : { status: 401 };
  }
  const before = JSON.stringify([seen.method, seen.url.href, seen.json]);
  changeQuery(seen, edit, state);
  await changeBody(seen, edit, tools);
  await changeOtherwise(seen, edit, tools);
  if (JSON.stringify([seen.method, seen.url.href, seen.json]) !== before) state.applied += 1;
  return undefined;
}

function changeQuery({ url: { searchParams: query } }: SeenRequest, edit: RequestEdit, state: ProxyState): void {
  const [token] = state.tokens;
  if (edit.do === 'drop-query') query.delete(edit.name);
  if (edit.do === 'set-query' && query.has(edit.name)) query.set(edit.name, edit.value);
  if (edit.do === 'default-query' && !query.has(edit.name)) query.set(edit.name, edit.value);
  if (edit.do === 'good-token' && token !== undefined) query.set('token', token);
}

async function changeBody(seen: SeenRequest, edit: RequestEdit, { state, files }: RequestFaultTools): Promise<void> {
  const { username, password } = state.credentials ?? {};
  if (edit.do === 'edit-body' && seen.json !== undefined) seen.json = edited(seen.json, edit.edit, state.editTools)?.value ?? seen.json;
  if (edit.do === 'good-credentials') replaceFields(seen, { username, password });
  if (edit.do === 'good-keys') replaceFields(seen, state.secrets);
  if (edit.do === 'other-local-bytes') replaceFields(seen, { localFilePath: await files.otherBytes(fieldOf(seen, 'localFilePath')) });
  if (edit.do === 'other-local-name') replaceFields(seen, { localFilePath: await files.simpleName(fieldOf(seen, 'localFilePath')) });
}

async function changeOtherwise(seen: SeenRequest, edit: RequestEdit, { state, files }: RequestFaultTools): Promise<void> {
  if (edit.do === 'instead') redirect(seen, state.contract.operations.get(edit.operation));
  if (edit.do === 'notify') notify(seen, state);
  if (edit.do !== 'leave-file') return;
  await files.leaveIn(fieldOf(seen, 'downloadPath'));
  state.applied += 1;
}

function replaceFields(seen: SeenRequest, fields: Readonly<Record<string, string | undefined>>): void {
  if (typeof seen.json !== 'object' || seen.json === null || Array.isArray(seen.json)) return;
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  seen.json = { ...seen.json, ...Object.fromEntries(given) };
}

function fieldOf({ json }: SeenRequest, name: string): string {
  const value = typeof json === 'object' && json !== null && !Array.isArray(json) ? json[name] : undefined;
  if (typeof value !== 'string') throw new Error(`the request has no ${name}`);
  return value;
}

/** The same parameters, on the path of another operation. */
function redirect(seen: SeenRequest, other: Operation | undefined): void {
  if (seen.operation === undefined || other === undefined) return;
  const values = seen.url.pathname.split('/').filter((_step, index) => seen.operation?.path.split('/')[index]?.startsWith('{') === true);
  seen.url.pathname = other.path.replaceAll(/\{\w+\}/g, () => values.shift() ?? '');
  seen.method = other.method;
}

/** websockets.md: an AppNotification is `Type` 4. */
function notify({ operation, method, url, headers }: SeenRequest, state: ProxyState): void {
  const origin = headers['x-app-origin'] ?? '';
  const data = { Operation: operation?.id ?? '', EndpointAddress: url.pathname, HttpMethod: method, Origin: origin };
  for (const send of state.notices) {
    send(JSON.stringify({ Type: 4, Data: data }));
    state.applied += 1;
  }
}
