// Owns settings of users for tests, which a test can change while transfers run.
import type { TransferPolicies, TransferPolicy } from '../policies.ts';

const none: TransferPolicy = {
  maxUploadBytesPerSecond: 0,
  maxDownloadBytesPerSecond: 0,
  maxServerToServerBytesPerSecond: 0,
  verifyChecksum: false,
  fileExistsAction: 0,
  active: true,
};

export interface UserSettings extends TransferPolicies {
  change(next: Partial<TransferPolicy>): void;
}

/** The same for every user and account; what is left out is off. */
export function userSettings(policy: Partial<TransferPolicy>): UserSettings {
  const listeners = new Set<(userId: string, cloudAccountId: string) => void>();
  const held = { policy: { ...none, ...policy } };
  return {
    settingsFor: () => held.policy,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(next: Partial<TransferPolicy>) {
      held.policy = { ...none, ...next };
      for (const listener of listeners) listener('user', 'account');
    },
  };
}
