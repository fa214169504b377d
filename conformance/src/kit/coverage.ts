// Owns what a run has exercised of the contract: operation x documented status, and message types.
import type { Coverage } from '../result.ts';
import type { Contract, Operation } from './contract.ts';

export interface Observed {
  readonly statuses: readonly { readonly operation: string; readonly status: number }[];
  readonly frames: readonly string[];
}

/** Why a documented status cannot be provoked from outside; such a status is left out, with this reason. */
function unprovokable({ id, parameters, requestMediaType, responses }: Operation, status: number): string | undefined {
  if (status === 500) return 'it is an unexpected error of the agent, and nothing documented brings it about';
  if (status === 499 && parameters.length === 0 && requestMediaType === null) return 'the operation takes nothing that could be wrong';
  if (status === 499 && responses[404] !== undefined && requestMediaType === null)
    return 'only the id could be wrong, and that is answered 404';
  if (id === 'respondToMfa' && status === 401) return 'a wrong code and an unknown session are answered 499';
  if (id === 'uploadObjectFromForm' && status === 401) return 'it takes an agent that nobody is signed in to, and the kit signs in';
  return undefined;
}

const unseenFrames: Readonly<Record<string, string>> = {
  userNotification: 'it is raised by events of the desktop, none of which an operation of this contract brings about',
  appUpdateProgress: 'it is raised by the auto-updater, which no operation starts',
  stateChange: 'it is raised by tracked files of drives, which no operation of this contract starts',
};

export function coverageOf(contract: Contract, { statuses, frames }: Observed): Coverage {
  const seen = new Map<string, number>();
  const count = (key: string): void => void seen.set(key, (seen.get(key) ?? 0) + 1);
  for (const { operation, status } of statuses) count(`${operation} ${status}`);
  for (const frame of frames) count(`frame ${frame}`);
  return {
    operations: [...contract.operations.values()].map((operation) => ({
      operation: operation.id,
      controller: operation.tag,
      statuses: Object.keys(operation.responses)
        .map(Number)
        .map((status) => entry({ status, exchanges: seen.get(`${operation.id} ${status}`) ?? 0 }, unprovokable(operation, status))),
    })),
    frames: contract.channels.flatMap(({ messages }) =>
      Object.keys(messages).map((message) => entryOfFrame({ message, frames: seen.get(`frame ${message}`) ?? 0 }, unseenFrames[message])),
    ),
  };
}

const entry = <Item extends { exchanges: number }>(item: Item, reason: string | undefined): Item & { reason?: string } =>
  item.exchanges > 0 || reason === undefined ? item : { ...item, reason };

const entryOfFrame = <Item extends { frames: number }>(item: Item, reason: string | undefined): Item & { reason?: string } =>
  item.frames > 0 || reason === undefined ? item : { ...item, reason };

export interface CoverageTotals {
  readonly operations: { readonly exercised: number; readonly known: number };
  readonly statuses: { readonly exercised: number; readonly known: number; readonly excluded: number };
  readonly frames: { readonly exercised: number; readonly known: number; readonly excluded: number };
}

/** What cannot be provoked is left out of `known` and named in `excluded`. */
export function totalsOf({ operations, frames }: Coverage): CoverageTotals {
  const statuses = operations.flatMap((operation) => operation.statuses);
  return {
    operations: {
      exercised: operations.filter((operation) => operation.statuses.some(({ exchanges }) => exchanges > 0)).length,
      known: operations.length,
    },
    statuses: {
      exercised: statuses.filter(({ exchanges }) => exchanges > 0).length,
      known: statuses.filter(({ reason }) => reason === undefined).length,
      excluded: statuses.filter(({ reason }) => reason !== undefined).length,
    },
    frames: {
      exercised: frames.filter((frame) => frame.frames > 0).length,
      known: frames.filter(({ reason }) => reason === undefined).length,
      excluded: frames.filter(({ reason }) => reason !== undefined).length,
    },
  };
}
