// Owns what the paths of a cloud-to-cloud transfer mean, and which pairs of them cannot be meant (transfer.md; web/transfer.md).
import type { ObjectRef, PrefixRef } from '../../transfers/plan.ts';
import { refusal } from '../failure.ts';

/** One end as the request names it. */
export interface CopyEnd {
  readonly cloudAccountId: string;
  readonly provider: number;
  readonly bucket: string;
  readonly path: string;
}

export interface CopyRoute {
  readonly source: ObjectRef | PrefixRef;
  readonly target: PrefixRef;
}

/** A trailing slash selects a folder, no path at all the whole bucket; the destination is always a folder. */
export function copyRoute(from: CopyEnd, to: CopyEnd): CopyRoute {
  const key = keyOf(from.path, 'sourcePath');
  const source: ObjectRef | PrefixRef = { ...refOf(from, key), type: isFolder(key) ? 'prefix' : 'object' };
  const target: PrefixRef = { ...refOf(to, folderOf(keyOf(to.path, 'destinationPath'))), type: 'prefix' };
  refuseOverlap({ source, target });
  return { source, target };
}

/** The last part of a path: the name of the object, or of the folder; a whole bucket has its own. */
export const nameOf = ({ key, bucket }: CopyRoute['source']): string => key.split('/').findLast((part) => part !== '') ?? bucket;

const refOf = ({ cloudAccountId, provider, bucket }: CopyEnd, key: string): Omit<ObjectRef, 'type'> => ({
  cloudAccountId,
  serverUrl: null,
  provider,
  bucket,
  key,
});

const isFolder = (key: string): boolean => key === '' || key.endsWith('/');
const folderOf = (key: string): string => (isFolder(key) ? key : `${key}/`);

function keyOf(path: string, field: string): string {
  const key = path.replace(/^\/+/, '');
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw refusal('DEFAULT', `The request is not valid: ${field} has a segment "." or "..". Name the folder itself.`);
  return key;
}

/** Below the source lies every object of it, in whatever way it is copied, and everything that the copy would add while it is listed. */
function refuseOverlap({ source, target }: CopyRoute): void {
  if (source.cloudAccountId !== target.cloudAccountId || source.bucket !== target.bucket) return;
  if (source.type === 'object' && target.key + nameOf(source) === source.key)
    throw refusal('DEFAULT', 'The destination is the source itself. Choose another destinationPath.');
  if (source.type === 'prefix' && target.key.startsWith(source.key))
    throw refusal('DEFAULT', 'The destination lies inside the source. Choose a destinationPath outside of sourcePath.');
}
