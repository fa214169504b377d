// Owns asking the stores of a transfer, beside its work, whether they can be reached and still take the credentials.
import { withDeadline } from './deadline.ts';
import { endpointName, type ItemContext } from './item-endpoints.ts';
import { isCloud, type EndpointRef, type TransferPlan } from './plan.ts';

export interface Store {
  /** Names the account or the bare server, as the gates do. */
  readonly name: string;
  readonly bucket: string;
  /** Rejects with what the store, or the way to it, answers. */
  ask(signal: AbortSignal): Promise<void>;
}

/** Of one end, or of both; the local disk is none. */
export function storesOf(plan: TransferPlan, { endpoints, settings }: Omit<ItemContext, 'now'>, ends?: readonly EndpointRef[]): Store[] {
  const { callTimeoutMs: ms, abortGraceMs } = settings;
  return (ends ?? [plan.source, plan.target]).filter(isCloud).map((ref) => ({
    name: endpointName(ref),
    bucket: ref.bucket,
    ask: async (signal) => {
      // Resolved anew each time, so that changed credentials count.
      const provider = await endpoints.resolve(ref, plan);
      await withDeadline({ what: 'Checking the credentials', signal, ms, abortGraceMs }, (inner) => provider.verify(inner, ref.bucket));
    },
  }));
}
