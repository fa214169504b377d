// Owns the clean-up of what all proofs share: it waits until the last of them has run.
import { Cleanup } from '../kit/cleanup.ts';

export class HeldCleanup extends Cleanup {
  /** The runner asks for it after each proof, when the next one still needs the session and the storage. */
  override async run(): Promise<string[]> {
    return await Promise.resolve([]);
  }

  async release(): Promise<string[]> {
    return await super.run();
  }
}
