// Owns the frames of `/statechange` (websockets.md): a file that the agent tracks moved to a new state.
import { FileState, type Frames } from '@click-kit/contract';
import type { ProgressEvent } from '../transfers/progress.ts';
import type { Hub } from './hub.ts';

export type StateChangeFrame = Frames['stateChange'];

export class StateChangeChannel {
  readonly #hub: Hub<StateChangeFrame>;
  readonly #last = new Map<string, number>();

  constructor(hub: Hub<StateChangeFrame>) {
    this.#hub = hub;
  }

  /** Derives the state of a file from its transfer; only changes are published. */
  transfer(event: ProgressEvent): void {
    const state = stateOf(event);
    if (this.#last.get(event.transferId) === state) return;
    if (state === FileState.Uploading || state === FileState.Downloading) this.#last.set(event.transferId, state);
    else this.#last.delete(event.transferId);
    this.#hub.publish({ Path: event.path, StorageName: event.storageName, State: state });
  }
}

function stateOf(event: ProgressEvent): (typeof FileState)[keyof typeof FileState] {
  if (event.status === 'Failed') return FileState.Error;
  if (event.status !== 'InProgress') return FileState.Normal;
  return event.mode === 'Upload' ? FileState.Uploading : FileState.Downloading;
}
