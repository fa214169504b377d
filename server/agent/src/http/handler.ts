// Owns the types that tie a handler to its operation: the only clever types of the agent.
import type { FilledSchema, OperationId, OperationsOf, SchemaName, Tag, operations, routes } from '@click-kit/contract';
import type { Caller } from '../account/sessions.ts';
import type { ReceivedForm } from './form.ts';

type Parameters<Id extends OperationId> = operations[Id]['parameters'];
type Defaults<Id extends OperationId> = (typeof routes)[Id]['defaults'];
type DocumentedQuery<Id extends OperationId> = NonNullable<Parameters<Id>['query']>;

/** Query parameters as the guard leaves them: coerced, defaults filled in. */
export type Query<Id extends OperationId> = Omit<DocumentedQuery<Id>, keyof Defaults<Id>> & {
  [Name in keyof Defaults<Id> & keyof DocumentedQuery<Id>]-?: NonNullable<DocumentedQuery<Id>[Name]>;
};
export type Path<Id extends OperationId> = Parameters<Id> extends { path: infer P } ? P : Record<never, never>;
export type Body<Id extends OperationId> = (typeof routes)[Id]['requestMediaType'] extends 'multipart/form-data'
  ? ReceivedForm
  : (typeof routes)[Id]['requestSchema'] extends infer Name extends SchemaName
    ? FilledSchema<Name>
    : undefined;

export interface Request<Id extends OperationId> {
  readonly query: Query<Id>;
  readonly path: Path<Id>;
  readonly body: Body<Id>;
  /** Who calls. Without a token, where the operation allows that: the user who is signed in to the agent, if any. */
  readonly caller: (typeof routes)[Id]['security'] extends 'required' ? Caller : Caller | undefined;
  /** The token as it was sent; empty when none was. */
  readonly token: string;
  /** Aborts when the client goes away or the agent shuts down. */
  readonly signal: AbortSignal;
}

type Responses<Id extends OperationId> = operations[Id]['responses'];
type Success = 200 | 202;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? { body: Json } : { body?: never };

/** A documented success; everything else is thrown as a `Failure`. */
export type Reply<Id extends OperationId> = {
  [Status in keyof Responses<Id> & Success]: { status: Status } & JsonOf<Responses<Id>[Status]>;
}[keyof Responses<Id> & Success];

export type Handler<Id extends OperationId> = (request: Request<Id>) => Reply<Id> | Promise<Reply<Id>>;

/** One handler per operation of the tag: a missing, stale or wrong one does not compile. */
export type Controller<T extends Tag> = { [Id in OperationsOf<T>]: Handler<Id> };

export type Handlers = { [Id in OperationId]: Handler<Id> };
