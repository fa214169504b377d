// Owns finding out what a folder download consists of, page by page into the ledger.
import { ProviderError, type Provider } from '../providers/provider.ts';
import { withDeadline } from './deadline.ts';
import { Fenced, LimitExceeded } from './errors.ts';
import { folderPrefix } from './item-endpoints.ts';
import type { MoveTools } from './item-mover.ts';
import type { NewItem } from './ledger.ts';
import type { PrefixRef } from './plan.ts';
import { withRetries } from './retry.ts';
import type { Run } from './run.ts';

/** An interrupted listing starts again: pages may have moved. */
export async function listItems(run: Run, source: PrefixRef, tools: MoveTools): Promise<void> {
  const { ledger } = tools;
  const provider = await tools.endpoints.resolve(source, run.row.plan);
  if (!ledger.restartListing(run.owner)) throw new Fenced();
  const prefix = folderPrefix(source.key);
  let count = 0;
  let continuationToken = '';
  do {
    const page = await listPage(run, provider, { bucket: source.bucket, prefix, continuationToken }, tools);
    const items: NewItem[] = page.objects.map(({ key, size }) => ({ key, size }));
    count += items.length;
    if (count > tools.settings.maxObjects) {
      throw new LimitExceeded(`The folder has more than ${tools.settings.maxObjects} objects; download it in parts.`);
    }
    if (!ledger.addItems(run.owner, items)) throw new Fenced();
    continuationToken = page.continuationToken;
  } while (continuationToken !== '');
  if (count === 0 && prefix !== '') throw new ProviderError('missing', `There is no folder ${prefix} in ${source.bucket}.`);
  if (!ledger.finishListing(run.owner)) throw new Fenced();
}

function listPage(run: Run, provider: Provider, at: { bucket: string; prefix: string; continuationToken: string }, tools: MoveTools) {
  const { callTimeoutMs, abortGraceMs, listPageSize } = tools.settings;
  const limit = { what: 'Listing the folder', signal: run.soft, ms: callTimeoutMs, abortGraceMs };
  return withRetries(tools.retry, run.soft, () =>
    withDeadline(limit, (signal) => provider.listObjects({ ...at, delimiter: '', count: listPageSize }, signal)),
  );
}
