// Owns calling operations of the target: builds the request from the contract, records the exchange, judges the answer.
import type { operations } from '@click-kit/contract';
import type { Contract, OperationId, Operation } from './contract.ts';
import { CheckFailed, KitFault, NoAnswer } from './faults.ts';
import { judgeExchange } from './exchange-judge.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { encodeForm, type Form } from './multipart.ts';
import { Recorder } from './recorder.ts';
import type { Redactor } from './redaction.ts';
import type { Call } from './call.ts';
import { checkRequest } from './request-check.ts';
import { type SchemaValidator, shortJson } from './schema-validator.ts';

type Member<Value, Key extends PropertyKey> = Value extends { [K in Key]?: infer Found } ? Exclude<Found, undefined> : never;
type Json<Content> = Member<Member<Content, 'content'>, 'application/json'>;
export type BodyOf<Id extends OperationId> = Json<Member<operations[Id], 'requestBody'>>;
export type QueryOf<Id extends OperationId> = Member<operations[Id]['parameters'], 'query'>;
export type PathOf<Id extends OperationId> = Member<operations[Id]['parameters'], 'path'>;
export type AnswerOf<Id extends OperationId> =
  | Json<Member<operations[Id]['responses'], 200>>
  | Json<Member<operations[Id]['responses'], 202>>;

export interface TypedCall<Id extends OperationId> extends Omit<Call, 'path' | 'query' | 'body'> {
  readonly path?: PathOf<Id>;
  readonly query?: QueryOf<Id>;
  readonly body?: BodyOf<Id>;
}

export interface Exchange {
  readonly operation: OperationId;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Bytes of the body: 0 where none is documented, which `body` alone cannot tell from a body that is no JSON. */
  readonly size: number;
}

export interface ApiTools {
  readonly contract: Contract;
  readonly validator: SchemaValidator;
  readonly http: HttpClient;
  readonly redactor: Redactor;
  readonly targetUrl: string;
  readonly recorder: Recorder;
  readonly caseId: string;
  readonly signal: AbortSignal;
}

export class Api {
  readonly #tools: ApiTools;
  readonly token: string | null;

  constructor(tools: ApiTools, token: string | null = null) {
    this.#tools = tools;
    this.token = token;
  }

  withToken(token: string | null): Api {
    return new Api(this.#tools, token);
  }

  /** The same caller after the check: nothing is recorded, and a check that was cut off can still be cleaned up. */
  forCleanUp(): Api {
    return new Api(
      { ...this.#tools, recorder: new Recorder(this.#tools.redactor), caseId: 'clean-up', signal: new AbortController().signal },
      this.token,
    );
  }

  /** The answer, whatever its status. */
  call<Id extends OperationId>(id: Id, call: TypedCall<Id> = {}): Promise<Exchange> {
    return this.perform(id, call as Call);
  }

  /** The body of a documented success; any other status ends the check. */
  async ok<Id extends OperationId>(id: Id, call: TypedCall<Id> = {}): Promise<AnswerOf<Id>> {
    const { status, body } = await this.call(id, call);
    const success = Object.keys(this.#operation(id).responses)
      .map(Number)
      .filter((code) => code < 300);
    if (success.includes(status)) return body as AnswerOf<Id>;
    const message = `${id} answers ${success.join(' or ')}`;
    this.#tools.recorder.fail({ level: 'MUST', message, expected: success.join(' or '), actual: `${status} ${shortJson(body)}` });
    throw new CheckFailed(message);
  }

  async perform(id: OperationId, call: Call): Promise<Exchange> {
    const operation = this.#operation(id);
    if (call.invalid !== true) checkRequest(operation, call, this.#tools.validator);
    const request = this.#request(operation, call);
    const answer = await this.#send(operation, request);
    const body = judgeExchange(operation, answer, this.#tools.recorder, this.#tools);
    this.#rememberSecrets(id, body);
    return { operation: id, status: answer.status, headers: answer.headers, body, size: answer.bytes.length };
  }

  async #send(operation: Operation, request: Request): Promise<HttpAnswer> {
    const { http, recorder, signal } = this.#tools;
    const shown = { method: request.method, url: request.url, headers: request.headers, body: request.shownBody };
    const begun = performance.now();
    try {
      const answer = await http.send({ ...request, signal });
      recorder.exchange({
        operation: operation.id,
        request: shown,
        response: { ...answer, body: answer.bytes.toString('utf8') },
        ms: answer.ms,
      });
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer)
        recorder.exchange({ operation: operation.id, request: shown, response: null, ms: Math.round(performance.now() - begun) });
      throw error;
    }
  }

  #request(operation: Operation, call: Call): Request {
    const { targetUrl, caseId } = this.#tools;
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(call.path?.[name] ?? ''));
    const url = new URL(path, targetUrl);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, String(value));
    const token = call.token === undefined ? this.token : call.token;
    if (token !== null) url.searchParams.set('token', token);
    const headers = { 'x-conformance-case': caseId, accept: 'application/json', ...call.headers };
    const about = { method: operation.method, url: url.href };
    if (call.form !== undefined) {
      const { contentType, body } = encodeForm(call.form);
      return { ...about, headers: { 'content-type': contentType, ...headers }, body, shownBody: shownForm(call.form) };
    }
    const text = call.text ?? (call.body === undefined ? null : JSON.stringify(call.body));
    return { ...about, headers: text === null ? headers : { 'content-type': 'application/json', ...headers }, body: text, shownBody: text };
  }

  #operation(id: OperationId): Operation {
    const operation = this.#tools.contract.operations.get(id);
    if (operation === undefined) throw new KitFault(`The contract has no operation ${id}.`);
    return operation;
  }

  #rememberSecrets(id: OperationId, body: unknown): void {
    if (typeof body === 'string' && bareSecrets.has(id)) this.#tools.redactor.add(body);
    const fields = secretFields[id] ?? [];
    for (const record of Array.isArray(body) ? body : [body]) {
      if (typeof record !== 'object' || record === null) continue;
      for (const [name, value] of Object.entries(record))
        if (fields.includes(name) && typeof value === 'string') this.#tools.redactor.add(value);
    }
  }
}

/** Operations whose whole answer is a secret. */
const bareSecrets: ReadonlySet<OperationId> = new Set(['googleSignUp', 'googleLogin', 'generateMfaToken']);

/** What in an answer signs somebody in. */
const secretFields: { readonly [Id in OperationId]?: readonly string[] } = {
  login: ['jwtToken', 'session'],
  respondToMfa: ['jwtToken', 'session'],
  insertApiToken: ['token'],
  getAllApiTokens: ['token'],
  createStorageKey: ['secretKey'],
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  readonly shownBody: string | null;
}

const shownForm = ({ fields, file }: Form): string =>
  JSON.stringify({ ...fields, ...(file !== undefined && { file: `${file.name}, ${file.bytes.length} bytes` }) });
