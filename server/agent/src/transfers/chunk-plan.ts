// Owns how an object is cut into chunks: 8 MiB, raised in whole MiB where a target caps the number of parts.
const MiB = 1024 * 1024;

/** Frozen when the session is created and never recomputed on resume. */
export function chunkSizeFor(size: number, limits: { chunkBytes: number; maxParts: number }): number {
  const smallest = Math.ceil(size / limits.maxParts);
  return smallest <= limits.chunkBytes ? limits.chunkBytes : Math.ceil(smallest / MiB) * MiB;
}

/** Length of the chunk that starts at `offset`. */
export const chunkLength = (offset: number, size: number, chunkSize: number): number => Math.min(chunkSize, size - offset);
