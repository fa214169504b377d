// Owns what the users' settings ask of a transfer: bandwidth caps, verification, and what to do when the object is there already.
import { isCloud, type TransferPlan } from './plan.ts';
import { RateLimit } from './rate-limit.ts';

/** The settings of one user for one cloud account, as far as transfers go (fastr_settings.md). */
export interface TransferPolicy {
  /** Bytes per second; 0 is unlimited. */
  readonly maxUploadBytesPerSecond: number;
  readonly maxDownloadBytesPerSecond: number;
  readonly maxServerToServerBytesPerSecond: number;
  readonly verifyChecksum: boolean;
  /** 0 Overwrite, 1 SkipIfSame, 2 KeepBoth. */
  readonly fileExistsAction: number;
  /** Inactive settings have no effect. */
  readonly active: boolean;
}

/** Where the settings are kept. */
export interface TransferPolicies {
  settingsFor(userId: string, cloudAccountId: string): TransferPolicy | undefined;
  /** Tells of every change, after it is stored. Answers the function that unsubscribes. */
  onChange(listener: (userId: string, cloudAccountId: string) => void): () => void;
}

export type ExistsAction = 'overwrite' | 'skip-if-same' | 'keep-both';

/** Every cap that applies to a transfer. */
export interface Throttle {
  /** Whether there is any, just now. */
  readonly capped: boolean;
  /** Waits until so many bytes may go. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

type Cap = 'maxUploadBytesPerSecond' | 'maxDownloadBytesPerSecond' | 'maxServerToServerBytesPerSecond';

const existsActions: readonly ExistsAction[] = ['overwrite', 'skip-if-same', 'keep-both'];

export class Policies {
  readonly #source: TransferPolicies | undefined;
  readonly #limits = new Map<
    string,
    { readonly cap: Cap; readonly userId: string; readonly accountId: string; readonly limit: RateLimit }
  >();

  constructor(source: TransferPolicies | undefined) {
    this.#source = source;
    source?.onChange(() => this.#adjust());
  }

  verifies(plan: TransferPlan): boolean {
    return accountsOf(plan).some((id) => this.#active(plan.userId, id)?.verifyChecksum === true);
  }

  /** The settings of the target's account count; those of the source's where the target is a local folder. */
  existsAction(plan: TransferPlan): ExistsAction {
    const { source, target } = plan;
    const side = isCloud(target) ? target : isCloud(source) ? source : undefined;
    const action = side?.cloudAccountId ? this.#active(plan.userId, side.cloudAccountId)?.fileExistsAction : undefined;
    return existsActions[action ?? 0] ?? 'overwrite';
  }

  /** `owner` is the transfer: each has an even share of a cap. */
  throttleFor(plan: TransferPlan, owner: string): Throttle {
    return this.#throttle(plan, owner, capOf(plan));
  }

  /** Of what is read back from a store: an upload is a download then. */
  throttleForReading(plan: TransferPlan, owner: string): Throttle {
    const cap = capOf(plan);
    return this.#throttle(plan, owner, cap === 'maxUploadBytesPerSecond' ? 'maxDownloadBytesPerSecond' : cap);
  }

  #throttle(plan: TransferPlan, owner: string, cap: Cap): Throttle {
    const limits = accountsOf(plan).map((id) => this.#limit(cap, plan.userId, id));
    return {
      get capped() {
        return limits.some(({ rate }) => rate > 0);
      },
      async take(bytes, signal) {
        for (const limit of limits) await limit.take(bytes, signal, owner);
      },
    };
  }

  #limit(cap: Cap, userId: string, accountId: string): RateLimit {
    const key = JSON.stringify([cap, userId, accountId]);
    const known = this.#limits.get(key);
    if (known !== undefined) return known.limit;
    const limit = new RateLimit(this.#active(userId, accountId)?.[cap] ?? 0);
    this.#limits.set(key, { cap, userId, accountId, limit });
    return limit;
  }

  #adjust(): void {
    for (const { cap, userId, accountId, limit } of this.#limits.values()) limit.rate = this.#active(userId, accountId)?.[cap] ?? 0;
  }

  #active(userId: string, cloudAccountId: string): TransferPolicy | undefined {
    const policy = this.#source?.settingsFor(userId, cloudAccountId);
    return policy?.active === true ? policy : undefined;
  }
}

const capOf = ({ source, target }: TransferPlan): Cap => {
  if (isCloud(source) && isCloud(target)) return 'maxServerToServerBytesPerSecond';
  return isCloud(target) ? 'maxUploadBytesPerSecond' : 'maxDownloadBytesPerSecond';
};

const accountsOf = ({ source, target }: TransferPlan): readonly string[] => {
  const ids = [source, target].map((ref) => (isCloud(ref) ? ref.cloudAccountId : null));
  return [...new Set(ids.filter((id) => id !== null))];
};
