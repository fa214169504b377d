// Owns listening to a channel in tests: every frame from the first on is kept, and a wait for one has a deadline.
import { once } from 'node:events';
import type { Frames } from '@click-kit/contract';
import { type RawData, WebSocket } from 'ws';
import { forTest, type Lifetime } from './lifetime.ts';

export interface Recorder<Frame> {
  readonly frames: readonly Frame[];
  /** The first frame, past or to come, that fits. */
  waitFor(fits: (frame: Frame) => boolean, what: string): Promise<Frame>;
}

type Notification = Frames['notification'];
export type ProgressFrame = Extract<Notification, { Type: 1 }>['Data'];

const deadlineMs = 15_000;

export const recordNotifications = (url: string, lifetime?: Lifetime): Promise<Recorder<Notification>> =>
  record(`${url}/notification`, lifetime);
export const recordStateChanges = (url: string, lifetime?: Lifetime): Promise<Recorder<Frames['stateChange']>> =>
  record(`${url}/statechange`, lifetime);

/** The progress frames of one transfer, so far. */
export const progressOf = ({ frames }: Recorder<Notification>, transferId: string): ProgressFrame[] =>
  frames.flatMap((frame) => (frame.Type === 1 && frame.Data.TransferId === transferId ? [frame.Data] : []));

/** Waits for a progress frame of the transfer with this status. */
export async function progressed(recorder: Recorder<Notification>, transferId: string, status: string): Promise<void> {
  await recorder.waitFor(
    (frame) => frame.Type === 1 && frame.Data.TransferId === transferId && frame.Data.Status === status,
    `${status} of ${transferId}`,
  );
}

/** Connected when it resolves, so that nothing which happens afterwards is missed. */
async function record<Frame>(url: string, lifetime: Lifetime = forTest): Promise<Recorder<Frame>> {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  socket.on('message', (bytes: RawData) => {
    frames.push(JSON.parse((bytes as Buffer).toString('utf8')) as Frame);
    for (const look of waiting) look();
  });
  await once(socket, 'open');
  lifetime(async () => {
    if (socket.readyState === WebSocket.CLOSED) return;
    const closed = once(socket, 'close');
    socket.close(1000);
    await closed;
  });
  return {
    frames,
    waitFor: (fits, what) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no frame within ${deadlineMs} ms: ${what}; seen: ${JSON.stringify(frames).slice(-2000)}`));
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
