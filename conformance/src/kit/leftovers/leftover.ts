// Owns what a thing is that a run has left behind, and a kind of such things.
import type { Api } from '../api.ts';
import type { OperationId } from '../contract.ts';

/** Whether a name is one that is looked for. */
export type Ours = (name: string) => boolean;

export interface Leftover {
  readonly what: string;
  readonly remove: () => Promise<unknown>;
}

export interface LeftoverKind {
  /** What a target has to offer for it to have such things at all. */
  readonly needs: readonly OperationId[];
  readonly find: (api: Api, ours: Ours) => Promise<Leftover[]>;
}

/** What an HTTP server answers for an operation that it does not have: it holds nothing that a run could have made there. */
export const isAbsent = (status: number): boolean => [404, 405, 501].includes(status);

export const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
