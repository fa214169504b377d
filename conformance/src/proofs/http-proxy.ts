// Owns the HTTP side of the proxy: each request goes on to the agent and each answer back, with the fault that is on.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json, Operation } from '../kit/contract.ts';
import { distorted, type WholeAnswer } from './answer-faults.ts';
import type { AnswerEdit, HttpFault } from './fault.ts';
import { flippingStream } from '../kit/flip-bytes.ts';
import { forwarded, passBack, wholeBody } from './forward.ts';
import type { LocalFiles } from './local-files.ts';
import type { OperationFinder } from './operation-at.ts';
import type { ProxyState } from './proxy-state.ts';
import { distort, type SeenRequest } from './request-faults.ts';
import type { StorageRelays } from './storage-relays.ts';

const mostJsonBytes = 4 * 1024 * 1024;

export interface HttpProxyTools {
  readonly state: ProxyState;
  readonly relays: StorageRelays;
  readonly files: LocalFiles;
  readonly operationAt: OperationFinder;
}

export async function passHttp(request: IncomingMessage, response: ServerResponse, tools: HttpProxyTools): Promise<void> {
  const { state, relays, operationAt } = tools;
  const url = new URL(request.url ?? '/', state.agentUrl);
  if (answersPlainGet(url.pathname, response, state)) return;
  const method = request.method ?? 'GET';
  const operation = operationAt(method, url.pathname);
  const fault = state.httpFault(operation?.id, request.headers['x-conformance-case']);
  const seen = await read(request, { method, url, operation });
  const swallowed = fault && (await distort(seen, fault, tools));
  if (swallowed !== undefined) {
    request.resume();
    return answerWith(response, swallowed.status, swallowed.body);
  }
  // After the fault, so that keys which it puts in are not remembered as ones that the kit sent.
  await throughRelays(seen, operation, state, relays);
  const { isJson, json, headers } = seen;
  const flips = fault?.request?.do === 'flip-bytes';
  const answer = await forwarded(request, {
    origin: state.agentUrl,
    method: seen.method,
    path: seen.url.pathname + seen.url.search,
    headers,
    ...(isJson && { body: Buffer.from(json === undefined ? (seen.text ?? '') : JSON.stringify(json)) }),
    ...(flips && { through: flippingStream(Number(headers['content-length']), () => void (state.applied += 1)) }),
  });
  await giveBack(answer, response, { fault, operation, seen, state });
}

interface ReadRequest extends SeenRequest {
  /** A body that claims to be JSON and is none, as it came. */
  readonly text?: string;
}

async function read(request: IncomingMessage, about: Pick<SeenRequest, 'method' | 'url' | 'operation'>): Promise<ReadRequest> {
  const { headers } = request;
  const isJson = (headers['content-type'] ?? '').startsWith('application/json');
  if (!isJson) return { ...about, headers, isJson, json: undefined };
  const text = (await wholeBody(request, mostJsonBytes)).toString('utf8');
  try {
    return { ...about, headers, isJson, json: JSON.parse(text) as Json };
  } catch (error) {
    if (error instanceof SyntaxError) return { ...about, headers, isJson, json: undefined, text };
    throw error;
  }
}

/** The agent meets the kit's object servers behind relays, where its bytes can go wrong. */
async function throughRelays(seen: SeenRequest, operation: Operation | undefined, state: ProxyState, relays: StorageRelays): Promise<void> {
  const { json } = seen;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
  const { serviceUrl, accessKey, secretKey } = json;
  if (operation?.id === 'insertCloudAccount' && typeof serviceUrl === 'string') {
    const isSetUp = seen.headers['x-conformance-case'] === 'set-up';
    if (isSetUp && typeof accessKey === 'string' && typeof secretKey === 'string') state.secrets = { accessKey, secretKey };
    await relays.stand(serviceUrl);
  }
  const moved = ['serviceUrl', 'sourceServerUrl', 'targetServerUrl'].flatMap((name): [string, Json][] => {
    const value = json[name];
    return typeof value === 'string' ? [[name, relays.known(value)]] : [];
  });
  seen.json = { ...json, ...Object.fromEntries(moved) };
}

interface AnswerTools {
  readonly fault: HttpFault | undefined;
  readonly operation: Operation | undefined;
  readonly seen: SeenRequest;
  readonly state: ProxyState;
}

async function giveBack(answer: IncomingMessage, response: ServerResponse, { fault, operation, seen, state }: AnswerTools): Promise<void> {
  const { statusCode: status = 502, headers } = answer;
  const isSession = operation?.id === 'login' || operation?.id === 'respondToMfa';
  if (operation?.id === 'logout' && status === 200) state.tokens.delete(textAt(seen.json, 'jwtToken'));
  if (fault?.answer === undefined && !isSession) {
    response.writeHead(status, headers);
    return await passBack(answer, response);
  }
  const body = await wholeBody(answer, mostJsonBytes);
  if (isSession) rememberToken(body, state);
  give(distorted({ status, headers: { ...headers }, body }, fault?.answer, state), fault?.answer, response);
}

function give({ status, headers, body }: WholeAnswer, edit: AnswerEdit | undefined, response: ServerResponse): void {
  const { 'transfer-encoding': _chunked, etag: _stale, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': String(body.length) });
  if (edit?.do === 'cut') response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  else response.end(body);
}

function rememberToken(body: Buffer, state: ProxyState): void {
  if (body.length === 0) return;
  const token = textAt(JSON.parse(body.toString('utf8')) as Json, 'jwtToken');
  if (token !== '') state.tokens.add(token);
}

function textAt(json: Json | undefined, name: string): string {
  const value = typeof json === 'object' && json !== null && !Array.isArray(json) ? json[name] : undefined;
  return typeof value === 'string' ? value : '';
}

function answersPlainGet(pathname: string, response: ServerResponse, state: ProxyState): boolean {
  const fault = state.armedAt('upgrade');
  if (fault?.edit.do !== 'answer-plain-get') return false;
  if (state.contract.channels.find(({ name }) => name === fault.channel)?.address !== pathname) return false;
  state.applied += 1;
  answerWith(response, fault.edit.status, undefined);
  return true;
}

function answerWith(response: ServerResponse, status: number, body: Json | undefined): void {
  response.statusCode = status;
  if (body === undefined) return void response.end();
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}
