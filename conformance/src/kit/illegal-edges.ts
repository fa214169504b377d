// Owns which commands the state machines of the contract (`x-transitions`) have no edge for.
import type { Machine, OperationId } from './contract.ts';

export interface IllegalEdge {
  readonly state: string;
  readonly command: string;
  readonly operation: OperationId;
}

/** For each of the states, the commands that must be refused in it. */
export function illegalEdges(
  machine: Machine | undefined,
  states: readonly string[],
  commands: Readonly<Record<string, OperationId>>,
): IllegalEdge[] {
  return states.flatMap((state) =>
    Object.entries(commands)
      .filter(([command]) => machine?.[state]?.[command] === undefined)
      .map(([command, operation]) => ({ state, command, operation })),
  );
}
