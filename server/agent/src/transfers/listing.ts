// Owns finding out what a transfer of many objects consists of, page by page into the ledger, while the first ones move already.
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../providers/provider.ts';
import { withDeadline } from './deadline.ts';
import { Fenced, LimitExceeded, localFileError } from './errors.ts';
import { folderPrefix, targetName } from './item-endpoints.ts';
import type { MoveTools } from './move.ts';
import type { NewItem } from './ledger.ts';
import { fold, type Folding, foldingOf } from './name-folding.ts';
import { obstaclesOf } from './obstacles.ts';
import type { FolderRef, PrefixRef } from './plan.ts';
import { withRetries } from './retry.ts';
import type { Run } from './run.ts';
import { storesOf } from './stores.ts';

/** An interrupted listing starts again, since pages may have moved; what is known already stays as it is. `grown` is told of each page. */
export async function listItems(run: Run, tools: MoveTools, grown: () => void): Promise<void> {
  const { ledger, settings } = tools;
  const { source } = run.row.plan;
  let count = 0;
  /** Asked for once, when there is something to move. */
  let folding: { readonly of: Folding | undefined } | undefined;
  for await (const page of source.type === 'folder' ? filesIn(source, settings.listPageSize) : objectsIn(run, source as PrefixRef, tools)) {
    run.soft.throwIfAborted();
    count += page.length;
    if (count > settings.maxObjects) {
      throw new LimitExceeded(`The folder has more than ${settings.maxObjects} objects; transfer it in parts.`);
    }
    if (folding === undefined && page.length > 0) folding = { of: await foldingOf(run.row.id, run.row.plan, tools) };
    if (ledger.addItems(run.owner, named(run, page, folding?.of)) === undefined) throw new Fenced();
    grown();
  }
  if (count === 0) throw nothingThere(source);
  if (!ledger.finishListing(run.owner)) throw new Fenced();
}

/** Side by side, two objects may want one name; in a tree only where the target does not tell their names apart. */
function named(run: Run, page: readonly NewItem[], folding: Folding | undefined): readonly NewItem[] {
  const { plan } = run.row;
  const flat = plan.keepSourceTree === false;
  if (!flat && folding === undefined) return page;
  return page.map((item) => {
    const name = flatName(plan, item.key);
    // Two folders of one name are one folder.
    const folded = folding !== undefined && !item.key.endsWith('/') ? { folded: fold(name, folding) } : {};
    return { ...item, ...(flat && { targetKey: name }), ...folded };
  });
}

/** What cannot be a name fails when it is moved, with a message of its own. */
function flatName(plan: Run['row']['plan'], key: string): string {
  try {
    return targetName(plan, { key });
  } catch {
    return key;
  }
}

function nothingThere(source: Run['row']['plan']['source']): Error {
  if (source.type === 'prefix' && source.key !== '')
    return new ProviderError('missing', `There is no folder ${folderPrefix(source.key)} in ${source.bucket}.`);
  return new NothingToMove();
}

/** An empty bucket or folder is moved when nothing has been moved. */
export class NothingToMove extends Error {}

async function* objectsIn(run: Run, source: PrefixRef, tools: MoveTools): AsyncGenerator<readonly NewItem[]> {
  // What an earlier listing found was told by a store that took the credentials.
  let trusted = run.trusted || run.row.totalBytes > 0;
  const obstacles = obstaclesOf({ stores: storesOf(run.row.plan, tools, [source]), trusted: () => trusted }, tools);
  const { callTimeoutMs, abortGraceMs, listPageSize } = tools.settings;
  const limit = { what: 'Listing the folder', signal: run.soft, ms: callTimeoutMs, abortGraceMs };
  const at = { bucket: source.bucket, prefix: folderPrefix(source.key), delimiter: '', count: listPageSize } as const;
  let continuationToken = '';
  do {
    const query = { ...at, continuationToken };
    const ask = async (signal: AbortSignal) => (await tools.endpoints.resolve(source, run.row.plan)).listObjects(query, signal);
    const page = await withRetries(tools.retry, run.soft, () => withDeadline(limit, ask), { obstacles });
    trusted = true;
    obstacles.advanced();
    yield page.objects.map(({ key, size, eTag }) => ({ key, size, identity: eTag }));
    continuationToken = page.continuationToken;
  } while (continuationToken !== '');
}

/** Regular files, at any depth; links are not followed, since they may lead out of the folder or in a circle. */
async function* filesIn(folder: FolderRef, pageSize: number): AsyncGenerator<readonly NewItem[]> {
  let page: NewItem[] = [];
  for await (const item of walk(folder.path, '')) {
    page.push(item);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* walk(root: string, below: string): AsyncGenerator<NewItem> {
  try {
    for await (const entry of await opendir(join(root, below))) {
      const key = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) yield* walk(root, key);
      else if (entry.isFile()) yield await fileOf(root, key);
    }
  } catch (error) {
    const failure = localFileError(error, join(root, below));
    if (below === '') throw failure;
    // What else there is can be moved; nobody knows what is in here, so it counts as one.
    yield { key: `${below}/`, size: 0, error: failure.message };
  }
}

async function fileOf(root: string, key: string): Promise<NewItem> {
  try {
    return { key, size: (await stat(join(root, key))).size };
  } catch (error) {
    const failure = localFileError(error, join(root, key));
    // Gone since: the attempt to move it says so.
    return failure.kind === 'missing' ? { key, size: 0 } : { key, size: 0, error: failure.message };
  }
}
