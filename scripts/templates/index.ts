import type { components, operations, paths } from './openapi.ts';
import type { filledComponents } from './filled.ts';
import { routes } from './routes.ts';

export type { components, operations, paths };
export * from './channels.ts';
export type { ChannelOptions } from './channel-socket.ts';
export * from './client.ts';
export * from './enums.ts';
export * from './machines.ts';
export { routes };

export type OperationId = keyof typeof routes;
export type Route = (typeof routes)[OperationId];
export type Tag = Route['tag'];
export type SchemaName = keyof components['schemas'];
/** The type of a schema of the contract by its name. */
export type Schema<Name extends SchemaName> = components['schemas'][Name];
/** The operations of one tag. */
export type OperationsOf<T extends Tag> = { [Id in OperationId]: (typeof routes)[Id]['tag'] extends T ? Id : never }[OperationId];
/** The type of a request schema once defaults have been filled in: what a server works with. */
export type FilledSchema<Name extends SchemaName> = filledComponents['schemas'][Name];
