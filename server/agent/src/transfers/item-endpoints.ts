// Owns turning the references of a plan into the two ends of one item.
import { createHash } from 'node:crypto';
import type { Provider } from '../providers/provider.ts';
import type { Source, Target } from './endpoint.ts';
import type { ItemRow } from './ledger.ts';
import { LocalSource } from './local-source.ts';
import { LocalTarget } from './local-target.ts';
import { ObjectSource } from './object-source.ts';
import { ObjectTarget } from './object-target.ts';
import type { CloudRef, TransferPlan } from './plan.ts';
import { pathBelow } from './safe-path.ts';
import type { TransferSettings } from './settings.ts';

/** Turns a stored reference into a provider with credentials, at run time only. */
export interface EndpointResolver {
  resolve(ref: CloudRef, plan: TransferPlan): Promise<Provider>;
}

export interface ItemContext {
  readonly endpoints: EndpointResolver;
  readonly settings: TransferSettings;
  readonly now: () => number;
}

export async function sourceOf(plan: TransferPlan, item: Pick<ItemRow, 'key'>, context: ItemContext): Promise<Source> {
  const { source } = plan;
  if (source.type === 'file') return new LocalSource(source.path);
  const provider = await context.endpoints.resolve(source, plan);
  return new ObjectSource(provider, { bucket: source.bucket, key: item.key });
}

export async function targetOf(plan: TransferPlan, id: string, item: Pick<ItemRow, 'key' | 'n'>, context: ItemContext): Promise<Target> {
  const { target } = plan;
  if (target.type === 'object') {
    const provider = await context.endpoints.resolve(target, plan);
    return new ObjectTarget(provider, { bucket: target.bucket, key: target.key }, plan.contentType);
  }
  const sync = { bytes: context.settings.syncWindowBytes, ms: context.settings.syncWindowMs, now: context.now };
  if (target.type === 'file') return new LocalTarget({ path: target.path, partId: partId(id), sync });
  const path = pathBelow(target.path, relativeKey(plan, item.key));
  return new LocalTarget({ path, partId: `${partId(id)}-${item.n}`, root: target.path, sync });
}

/** An id that a caller chose may hold anything, a path too. */
const partId = (id: string): string => (/^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 32));

/** What remains of the key below the prefix that is downloaded. */
export function relativeKey(plan: TransferPlan, key: string): string {
  const prefix = plan.source.type === 'prefix' ? folderPrefix(plan.source.key) : '';
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** `photos` must not match `photos-2026/a`. */
export const folderPrefix = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
