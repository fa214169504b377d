// Owns what a fault is: one line of data that says where an agent goes wrong, and how.
import type { Json, OperationId } from '../kit/contract.ts';
import type { Level } from '../result.ts';

/** `path` is `data[0].name`; the empty path is the whole value. */
export type JsonEdit =
  | { readonly edit: 'drop'; readonly path: string }
  | { readonly edit: 'set'; readonly path: string; readonly value: Json }
  | { readonly edit: 'retype'; readonly path: string }
  | { readonly edit: 'append'; readonly path: string; readonly text: string }
  | { readonly edit: 'increase'; readonly path: string; readonly by: number }
  /** More with every answer. */
  | { readonly edit: 'grow'; readonly path: string }
  | { readonly edit: 'reverse' | 'skip-first' | 'repeat-first' | 'empty'; readonly path: string }
  /** What the proxy saw pass as a key of a cloud account, in the clear. */
  | { readonly edit: 'leak'; readonly path: string; readonly secret: 'accessKey' | 'secretKey' };

export type RequestEdit =
  | { readonly do: 'edit-body'; readonly edit: JsonEdit }
  | { readonly do: 'drop-query'; readonly name: string }
  /** In place of what the request says, or, as another default, where it says nothing. */
  | { readonly do: 'set-query' | 'default-query'; readonly name: string; readonly value: string }
  | { readonly do: 'good-token' | 'good-credentials' | 'good-keys' }
  | { readonly do: 'flip-bytes' | 'other-local-bytes' | 'other-local-name' | 'leave-file' | 'notify' }
  | { readonly do: 'instead'; readonly operation: OperationId }
  /** The agent never sees the request; this is what the kit is answered. */
  | { readonly do: 'swallow'; readonly status: number; readonly body?: Json }
  | { readonly do: 'require-token' };

export type AnswerEdit =
  | { readonly do: 'edit-body'; readonly edit: JsonEdit }
  | { readonly do: 'status'; readonly to: number }
  | { readonly do: 'replace-body'; readonly text: string; readonly contentType?: string }
  | { readonly do: 'drop-header'; readonly name: string }
  | { readonly do: 'cut' };

export interface HttpFault {
  readonly at: 'http';
  readonly operation: OperationId;
  /** Only the n-th call of the check; every one when left out. */
  readonly call?: number;
  readonly request?: RequestEdit;
  readonly answer?: AnswerEdit;
}

export type FrameEdit =
  | { readonly do: 'drop' | 'swap' | 'duplicate' | 'binary' | 'break' }
  | { readonly do: 'edit-body'; readonly edit: JsonEdit }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'close'; readonly code: number };

export interface FrameFault {
  readonly at: 'frame';
  readonly message: 'progress' | 'appNotification';
  /** Only frames whose `Data` holds this. */
  readonly when?: Readonly<Record<string, Json>>;
  readonly edit: FrameEdit;
}

export interface UpgradeFault {
  readonly at: 'upgrade';
  readonly channel: string;
  readonly edit: { readonly do: 'refuse' | 'answer-plain-get'; readonly status: number } | { readonly do: 'close'; readonly code: number };
}

/** Between the agent, or whoever has a presigned URL, and the object servers of the kit. */
export interface StorageFault {
  readonly at: 'storage';
  readonly method: 'HEAD' | 'GET' | 'PUT' | 'POST';
  readonly edit:
    | { readonly do: 'flip-bytes' | 'publish-early' | 'follow-redirects' }
    | { readonly do: 'status'; readonly status: number }
    | { readonly do: 'drop-header'; readonly name: string };
}

export type Fault = HttpFault | FrameFault | UpgradeFault | StorageFault;

export interface Proof {
  /** `<check>/<what goes wrong>` reads well in the table. */
  readonly id: string;
  /** The check that has to turn red. */
  readonly check: string;
  readonly fault: Fault;
  /** How well founded the fact is that the fault breaks, when less than the check as a whole. */
  readonly level?: Level;
}

/** Several faults that one check has to find; what goes wrong is the key. */
export const proofsOf = (check: string, faults: Readonly<Record<string, Fault>>, level?: Level): Proof[] =>
  Object.entries(faults).map(([what, fault]) => ({ id: `${check}/${what}`, check, fault, ...(level !== undefined && { level }) }));
