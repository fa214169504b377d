// Owns what the transfer engine reads of Fastr settings, and how it learns of a change while a transfer runs.
import type { FastrSettingsRow, FastrSettingsStore } from '../../store/fastr-settings-store.ts';

export interface FastrLimits {
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

/** Called after a change is stored, also after a deletion: `settingsFor` tells what holds now. */
export type FastrLimitsListener = (userId: string, cloudAccountId: string) => void;

export class FastrTransferLimits {
  readonly #store: FastrSettingsStore;
  readonly #listeners = new Set<FastrLimitsListener>();

  constructor(store: FastrSettingsStore) {
    this.#store = store;
  }

  settingsFor(userId: string, cloudAccountId: string): FastrLimits | undefined {
    const row = this.#store.ofPair(userId, cloudAccountId);
    return row && limitsOf(row);
  }

  /** Answers the function that unsubscribes. Settings that go with their user or cloud account are not told of. */
  onChange(listener: FastrLimitsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed({ userId, cloudAccountId }: FastrSettingsRow): void {
    for (const listener of this.#listeners) listener(userId, cloudAccountId);
  }
}

const limitsOf = (row: FastrSettingsRow): FastrLimits => ({
  maxUploadBytesPerSecond: row.maxUpload,
  maxDownloadBytesPerSecond: row.maxDownload,
  maxServerToServerBytesPerSecond: row.maxServerToServer,
  verifyChecksum: row.verifyChecksum === 1,
  fileExistsAction: row.fileExistsAction,
  active: row.active === 1,
});
