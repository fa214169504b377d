// Owns every limit of the orchestration of P2P transfers.

export interface P2PSettings {
  /** Transfers that are not over. */
  readonly maxOpen: number;
  /** Those that are over and stay visible. */
  readonly keepFinished: number;
  /** The source server is asked again after so long; longer and longer while it has nothing new. */
  readonly minPollMs: number;
  readonly maxPollMs: number;
  /** The longest wait before a source server that does not answer is asked again. */
  readonly maxOutagePollMs: number;
  /** How long the source server may take for an answer. */
  readonly askMs: number;
  /** A pause lets the chunk in flight finish, so that it may take longer. */
  readonly commandMs: number;
  /** An order that was sent, and that nobody saw answered, may reach the source server so long afterwards. */
  readonly arrivalMs: number;
}

export const defaultP2PSettings: P2PSettings = {
  maxOpen: 1000,
  keepFinished: 1000,
  minPollMs: 500,
  maxPollMs: 2_000,
  maxOutagePollMs: 30_000,
  askMs: 5_000,
  commandMs: 15_000,
  arrivalMs: 15_000,
};
