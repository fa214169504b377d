// One page of a bucket listing: prefix, delimiter, page size and continuation token.

import { HttpError, hasErrorCode } from './http-error.ts';
import { fromBinary, MAX_KEY_BYTES, toBinary } from './key-path.ts';
import { readObjectInfo } from './object-file.ts';
import { BEYOND, walkObjects, type Cursor, type WalkedObject } from './tree-walk.ts';

export interface ListRequest {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  continuationToken: string;
}

export interface ListedObject {
  key: string;
  size: number;
  eTag: string;
  lastModified: string;
}

export interface ListPage {
  objects: ListedObject[];
  commonPrefixes: string[];
  /** Empty on the last page. */
  continuationToken: string;
}

const PARALLEL_READS = 32;
// Each batch costs a pass over its directory, so small pages do not make small batches.
const MIN_BATCH = 100;

export async function listPage(root: string, request: ListRequest): Promise<ListPage> {
  const { maxKeys } = request;
  const delimiter = toBinary(request.delimiter);
  const cursor: Cursor = { after: decodeToken(request.continuationToken), prefix: toBinary(request.prefix) };
  const found: WalkedObject[] = [];
  const commonPrefixes: string[] = [];
  let continuationToken = '';
  for await (const object of walkObjects(root, cursor, Math.max(maxKeys + 1, MIN_BATCH))) {
    if (found.length + commonPrefixes.length === maxKeys) {
      continuationToken = encodeToken(cursor.after);
      break;
    }
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, cursor.prefix.length);
    if (end === -1) {
      found.push(object);
      cursor.after = object.key;
    } else {
      const common = object.key.slice(0, end + delimiter.length);
      commonPrefixes.push(fromBinary(common));
      cursor.after = common + BEYOND;
    }
  }
  return { objects: await describe(found), commonPrefixes, continuationToken };
}

async function describe(found: WalkedObject[]): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for (let start = 0; start < found.length; start += PARALLEL_READS) {
    const described = await Promise.all(found.slice(start, start + PARALLEL_READS).map(describeOne));
    objects.push(...described.filter((object) => object !== undefined));
  }
  return objects;
}

async function describeOne({ key, path }: WalkedObject): Promise<ListedObject | undefined> {
  try {
    const info = await readObjectInfo(path);
    if (info === undefined) return undefined;
    return { key: fromBinary(key), size: info.size, eTag: `"${info.eTag}"`, lastModified: new Date(info.lastModified).toISOString() };
  } catch (error) {
    // Deleted since the walk saw it.
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function encodeToken(after: string): string {
  return Buffer.from(after, 'latin1').toString('base64url');
}

function decodeToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString('latin1');
  if (after.length > MAX_KEY_BYTES + 1 || encodeToken(after) !== token) {
    throw new HttpError('InvalidToken', 'The continuation token is not one of this server.');
  }
  return after;
}
