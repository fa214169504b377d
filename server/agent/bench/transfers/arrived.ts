// Owns the look at what a run has brought: its size always, its bytes in the warm-up; then it is removed, to make room.
import { rmSync, statSync } from 'node:fs';
import { sha256OfFile } from '../parts/workspace.ts';

export interface Wanted {
  readonly size: number;
  readonly sha256: string;
}

export async function takeAway(path: string, wanted: Wanted, round: number): Promise<void> {
  const { size } = statSync(path);
  if (size !== wanted.size) throw new Error(`${path} has ${size} of ${wanted.size} bytes`);
  if (round === 0 && (await sha256OfFile(path)) !== wanted.sha256) throw new Error(`${path} has other bytes than its source`);
  rmSync(path);
}

export async function wantedOf(path: string): Promise<Wanted> {
  return { size: statSync(path).size, sha256: await sha256OfFile(path) };
}
