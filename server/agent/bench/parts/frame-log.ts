// Owns listening to the frames of an agent: the last word on each transfer, and waiting for its end.
import { once } from 'node:events';
import type { Frames } from '@click-kit/contract';
import { type RawData, WebSocket } from 'ws';

type Notification = Frames['notification'];
export type ProgressFrame = Extract<Notification, { Type: 1 }>['Data'];

export interface FrameLog {
  /** The last progress frame that `fits`, as soon as there is one. */
  waitFor(fits: (frame: ProgressFrame) => boolean): Promise<ProgressFrame>;
  /** Resolves with the Completed frame; rejects with the message of a transfer that ends otherwise. */
  completed(transferId: string): Promise<ProgressFrame>;
  /** Keeps only what is to come. */
  forget(): void;
  close(): void;
}

const ends = new Set(['Completed', 'Failed', 'Canceled']);

export async function followFrames(url: string): Promise<FrameLog> {
  const last = new Map<string, ProgressFrame>();
  const waiting = new Set<(frame: ProgressFrame) => void>();
  const lost = new Set<(error: Error) => void>();
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/notification`);
  socket.on('message', (bytes: RawData) => {
    const frame = JSON.parse((bytes as Buffer).toString('utf8')) as Notification;
    if (frame.Type !== 1) return;
    last.set(frame.Data.TransferId, frame.Data);
    for (const tell of waiting) tell(frame.Data);
  });
  socket.on('close', () => {
    for (const tell of lost) tell(new Error('the channel of the agent was closed'));
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');

  const waitFor: FrameLog['waitFor'] = (fits) =>
    new Promise((resolve, reject) => {
      const look = (frame: ProgressFrame): boolean => {
        if (!fits(frame)) return false;
        waiting.delete(look);
        lost.delete(reject);
        resolve(frame);
        return true;
      };
      if ([...last.values()].some(look)) return;
      waiting.add(look);
      lost.add(reject);
    });
  return {
    waitFor,
    async completed(transferId) {
      const frame = await waitFor(({ TransferId, Status }) => TransferId === transferId && ends.has(Status));
      if (frame.Status !== 'Completed') throw new Error(`the transfer ended as ${frame.Status}: ${frame.Error ?? 'no message'}`);
      return frame;
    },
    forget: () => last.clear(),
    close: () => socket.terminate(),
  };
}
