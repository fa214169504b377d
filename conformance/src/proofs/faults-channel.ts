// Owns the builders of faults in channels and in what passes between an agent and a storage.
import type { Json } from '../kit/contract.ts';
import type { FrameEdit, FrameFault, StorageFault, UpgradeFault } from './fault.ts';

type Message = FrameFault['message'];

const frame = (message: Message, edit: FrameEdit): FrameFault => ({ at: 'frame', message, edit });

/** Only frames whose `Data` holds this. */
export const onlyWhen = (when: Readonly<Record<string, Json>>, fault: FrameFault): FrameFault => ({ ...fault, when });

export const dropFrame = (message: Message): FrameFault => frame(message, { do: 'drop' });
/** The first frame comes after the first that tells of more bytes. */
export const swapFrames = (message: Message): FrameFault => frame(message, { do: 'swap' });
/** The first frame comes once more, after the first that tells of more bytes. */
export const duplicateFrame = (message: Message): FrameFault => frame(message, { do: 'duplicate' });
export const delayFrame = (message: Message, ms: number): FrameFault => frame(message, { do: 'delay', ms });
export const binaryFrame = (message: Message): FrameFault => frame(message, { do: 'binary' });
export const brokenFrame = (message: Message): FrameFault => frame(message, { do: 'break' });
/** Closed in place of the frame; 1006 is a connection that is gone without a close frame. */
export const closeWith = (message: Message, code: number): FrameFault => frame(message, { do: 'close', code });
export const setFrameField = (message: Message, path: string, value: Json): FrameFault =>
  frame(message, { do: 'edit-body', edit: { edit: 'set', path, value } });
export const dropFrameField = (message: Message, path: string): FrameFault =>
  frame(message, { do: 'edit-body', edit: { edit: 'drop', path } });
export const changeFrameType = (message: Message, path: string): FrameFault =>
  frame(message, { do: 'edit-body', edit: { edit: 'retype', path } });

export const refuseUpgrade = (channel: string, status: number): UpgradeFault => ({
  at: 'upgrade',
  channel,
  edit: { do: 'refuse', status },
});
export const closeAtOnce = (channel: string, code: number): UpgradeFault => ({ at: 'upgrade', channel, edit: { do: 'close', code } });
export const answerPlainGet = (channel: string, status: number): UpgradeFault => ({
  at: 'upgrade',
  channel,
  edit: { do: 'answer-plain-get', status },
});

export const flipBytes = (method: 'GET' | 'PUT'): StorageFault => ({ at: 'storage', method, edit: { do: 'flip-bytes' } });
/** An object is visible from the first byte on, and stays when its upload does not. */
export const publishEarly = (): StorageFault => ({ at: 'storage', method: 'POST', edit: { do: 'publish-early' } });
/** To wherever a server redirects, with all headers of the request. */
export const followRedirects = (method: StorageFault['method']): StorageFault => ({
  at: 'storage',
  method,
  edit: { do: 'follow-redirects' },
});
export const storageStatus = (method: StorageFault['method'], status: number): StorageFault => ({
  at: 'storage',
  method,
  edit: { do: 'status', status },
});
export const removeStorageHeader = (method: StorageFault['method'], name: string): StorageFault => ({
  at: 'storage',
  method,
  edit: { do: 'drop-header', name },
});
