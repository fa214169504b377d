// Owns what a transfer is asked to do: references to its ends (never secrets) and who asked for it.
import type { TransferKind } from './machine.ts';

/** An object in a bucket, behind a cloud account, or behind a bare server with an optional account. */
export interface ObjectRef {
  readonly type: 'object';
  readonly cloudAccountId: string | null;
  readonly serverUrl: string | null;
  /** The cloud type, for the history. */
  readonly provider: number | null;
  readonly bucket: string;
  readonly key: string;
}

/** All objects below the folder `key`; the empty key is the whole bucket. As a target: where the objects go. */
export type PrefixRef = Omit<ObjectRef, 'type'> & { readonly type: 'prefix' };

export interface FileRef {
  readonly type: 'file';
  readonly path: string;
}

export interface FolderRef {
  readonly type: 'folder';
  readonly path: string;
}

export type CloudRef = ObjectRef | PrefixRef;
export type EndpointRef = CloudRef | FileRef | FolderRef;

export type Route =
  | { readonly source: FileRef; readonly target: ObjectRef }
  | { readonly source: ObjectRef; readonly target: FileRef }
  | { readonly source: PrefixRef; readonly target: FolderRef }
  | { readonly source: ObjectRef; readonly target: ObjectRef }
  | { readonly source: ObjectRef | PrefixRef; readonly target: PrefixRef }
  | { readonly source: FolderRef; readonly target: PrefixRef };

export type TransferPlan = Route & {
  readonly kind: TransferKind;
  /** What people call it; usually the file name. */
  readonly name: string;
  readonly userId: string;
  readonly accountId: string;
  /** When it was asked for, in milliseconds; of the kinds that show it. */
  readonly requestedAt?: number;
  /** TransferHistoryOrigin. */
  readonly origin: number;
  /** `StorageType` of the progress frames. */
  readonly storageType: string;
  readonly contentType: string;
  /** Of a copy of many objects: false puts them all side by side. Left out: true. */
  readonly keepSourceTree?: boolean;
  /** Objects whose copy is there and not older are skipped. */
  readonly allowSkip?: boolean;
  /** The chunk size that was asked for, in bytes. */
  readonly chunkBytes?: number;
};

/** More than one object, or nobody knows yet how many. */
export const isMany = ({ source }: TransferPlan): boolean => source.type === 'prefix' || source.type === 'folder';

export const isCloud = (ref: EndpointRef): ref is CloudRef => ref.type === 'object' || ref.type === 'prefix';

export const directionOf = (plan: TransferPlan): 'upload' | 'download' => (isCloud(plan.target) ? 'upload' : 'download');

/** The cloud side that a progress frame names: the target of an upload, the source of a download. */
export function storageOf(plan: TransferPlan): CloudRef {
  return isCloud(plan.target) ? plan.target : (plan.source as CloudRef);
}
