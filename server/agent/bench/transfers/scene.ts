// Owns what a scene of the transfer benchmark is: one situation, its runs, and what it says in the end.
import type { ScriptLifetime } from '../parts/lifetime.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

export interface SceneContext {
  readonly pairs: number;
  readonly scale: number;
  readonly life: ScriptLifetime;
  /** A line of progress. */
  readonly say: (text: string) => void;
}

export interface SceneReport {
  /** The section of the file. */
  readonly title: string;
  readonly text: string;
}

export type Scene = (context: SceneContext) => Promise<SceneReport>;

/** At least one whole MiB, so that a small scale still moves something. */
export const scaled = (bytes: number, { scale }: SceneContext): number => Math.max(MiB, Math.round((bytes * scale) / MiB) * MiB);

export const sizeText = (bytes: number): string =>
  bytes >= GiB && bytes % GiB === 0 ? `${bytes / GiB} GiB` : `${Math.round(bytes / MiB).toLocaleString('en-US')} MiB`;

export const verdict = (reached: boolean): string => (reached ? 'reached' : '**missed**');
