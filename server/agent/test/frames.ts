// Owns listening to a channel in tests: frames are kept, and a wait for one has a deadline.
import { type Frames, notifications, stateChanges } from '@click-kit/contract';
import { onTestFinished } from 'vitest';

export interface Recorder<Frame> {
  readonly frames: readonly Frame[];
  /** The first frame, past or to come, that fits. */
  waitFor(fits: (frame: Frame) => boolean, what: string): Promise<Frame>;
}

const deadlineMs = 15_000;

export const recordNotifications = (url: string): Promise<Recorder<Frames['notification']>> => record((signal) => notifications(url, { signal }));
export const recordStateChanges = (url: string): Promise<Recorder<Frames['stateChange']>> => record((signal) => stateChanges(url, { signal }));

async function record<Frame>(open: (signal: AbortSignal) => AsyncGenerator<Frame, void, undefined>): Promise<Recorder<Frame>> {
  const stop = new AbortController();
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  const reading = (async () => {
    for await (const frame of open(stop.signal)) {
      frames.push(frame);
      for (const look of waiting) look();
    }
  })();
  onTestFinished(async () => {
    stop.abort();
    await reading;
  });
  return {
    frames,
    waitFor: (fits, what) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no frame within ${deadlineMs} ms: ${what}; seen: ${JSON.stringify(frames).slice(0, 2000)}`));
        }, deadlineMs);
        const look = (): void => {
          const found = frames.find(fits);
          if (found === undefined) return;
          clearTimeout(deadline);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}
