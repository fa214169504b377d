// Owns how far the clock of a store and the one of this machine may be apart when it is asked whether something is older than a transfer.
export const clockSkewMs = 60_000;
