// Owns listening to the frames of an agent: the last word on each transfer, and waiting for its end.
import { once } from 'node:events';
import type { Frames } from '@click-kit/contract';
import { type RawData, WebSocket } from 'ws';

type Notification = Frames['notification'];
export type ProgressFrame = Extract<Notification, { Type: 1 }>['Data'];

export interface FrameLog {
  /** The last progress frame that `fits`, as soon as there is one. */
  waitFor(fits: (frame: ProgressFrame) => boolean, deadlineMs?: number): Promise<ProgressFrame>;
  /** Resolves with the Completed frame; rejects with the message of a transfer that ends otherwise. */
  completed(transferId: string): Promise<ProgressFrame>;
  /** Keeps only what is to come. */
  forget(): void;
  close(): void;
}

/** Longer than any transfer that is measured here; nobody waits for ever. */
const longestMs = 1_800_000;

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

  const waitFor: FrameLog['waitFor'] = (fits, deadlineMs = longestMs) =>
    new Promise((resolve, reject) => {
      const look = (frame: ProgressFrame): void => {
        if (fits(frame)) settle(() => resolve(frame));
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const settle = (tell: () => void): void => {
        clearTimeout(deadline);
        waiting.delete(look);
        lost.delete(fail);
        tell();
      };
      const deadline = setTimeout(() => {
        fail(
          new Error(
            `no such frame within ${deadlineMs / 1000} s; the last of each transfer: ${JSON.stringify([...last.values()].slice(-3))}`,
          ),
        );
      }, deadlineMs);
      waiting.add(look);
      lost.add(fail);
      for (const frame of last.values()) look(frame);
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
