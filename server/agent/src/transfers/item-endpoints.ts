// Owns turning the references of a plan into the two ends of one item.
import { join, posix } from 'node:path';
import type { Provider } from '../providers/provider.ts';
import type { Source, Target } from './endpoint.ts';
import type { ItemRow } from './ledger.ts';
import { LocalSource } from './local-source.ts';
import { LocalTarget } from './local-target.ts';
import { ObjectSource } from './object-source.ts';
import { ObjectTarget } from './object-target.ts';
import { partId } from './part-id.ts';
import { isCloud, type CloudRef, type EndpointRef, type TransferPlan } from './plan.ts';
import { keyBelow, pathBelow } from './safe-path.ts';
import type { TransferSettings } from './settings.ts';

/** Turns a stored reference into a provider with credentials, at run time only. */
export interface EndpointResolver {
  /** Rejects with `AccountGone` when the account was removed. */
  resolve(ref: CloudRef, plan: TransferPlan): Promise<Provider>;
}

export interface ItemContext {
  readonly endpoints: EndpointResolver;
  readonly settings: TransferSettings;
  readonly now: () => number;
}

type Item = Pick<ItemRow, 'key' | 'n' | 'targetKey'>;

export async function sourceOf(plan: TransferPlan, item: Pick<Item, 'key'>, context: ItemContext): Promise<Source> {
  const { source } = plan;
  if (source.type === 'file') return new LocalSource(source.path);
  if (source.type === 'folder') return new LocalSource(join(source.path, item.key));
  const provider = await context.endpoints.resolve(source, plan);
  return new ObjectSource(provider, { bucket: source.bucket, key: item.key }, endpointName(source));
}

export async function targetOf(plan: TransferPlan, id: string, item: Item, context: ItemContext): Promise<Target> {
  const { target } = plan;
  const name = item.targetKey ?? targetName(plan, item);
  if (isCloud(target)) {
    const provider = await context.endpoints.resolve(target, plan);
    const address = { bucket: target.bucket, key: name };
    return new ObjectTarget({
      provider,
      address,
      endpoint: endpointName(target),
      contentType: plan.contentType,
      sibling: isCloud(plan.source) && sameStore(plan.source, target) ? { bucket: plan.source.bucket, key: item.key } : undefined,
    });
  }
  const sync = { bytes: context.settings.syncWindowBytes, ms: context.settings.syncWindowMs, now: context.now };
  const asked = targetName(plan, item);
  if (target.type === 'file') return new LocalTarget({ path: name, asked, partId: partId(id), sync });
  return new LocalTarget({ path: name, asked, partId: `${partId(id)}-${item.n}`, root: target.path, sync });
}

/** The key or the path that an item gets, unless there is something already and both are to be kept. */
export function targetName(plan: TransferPlan, item: Pick<Item, 'key'>): string {
  const { target } = plan;
  if (target.type === 'object') return target.key;
  if (target.type === 'file') return target.path;
  const relative = placeOf(plan, item.key);
  if (target.type === 'folder') return pathBelow(target.path, relative);
  return keyBelow(folderPrefix(target.key), relative);
}

/** Below the target: the tree of the source, or only the names. */
function placeOf(plan: TransferPlan, key: string): string {
  const relative = plan.source.type === 'object' ? posix.basename(key) : relativeKey(plan, key);
  return plan.keepSourceTree === false && !relative.endsWith('/') ? posix.basename(relative) : relative;
}

/** What remains of the key below the prefix that is transferred. */
export function relativeKey(plan: TransferPlan, key: string): string {
  const prefix = plan.source.type === 'prefix' ? folderPrefix(plan.source.key) : '';
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** `photos` must not match `photos-2026/a`. */
export const folderPrefix = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);

/** Who the limits of a store are shared with: everybody who uses the same account, or the same bare server. */
export const endpointName = (ref: EndpointRef): string => (isCloud(ref) ? (ref.cloudAccountId ?? ref.serverUrl ?? '') : '');

const sameStore = (a: CloudRef, b: CloudRef): boolean =>
  a.cloudAccountId === b.cloudAccountId && a.cloudAccountId !== null && a.serverUrl === b.serverUrl;
