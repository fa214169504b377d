// Owns what a thing is that a run has left behind.

/** Whether a name is one that is looked for. */
export type Ours = (name: string) => boolean;

export interface Leftover {
  readonly what: string;
  readonly remove: () => Promise<unknown>;
}
