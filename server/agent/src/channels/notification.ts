// Owns the frames of `/notification` (websockets.md).
import { type Frames, NotificationType } from '@click-kit/contract';
import type { ProgressEvent } from '../transfers/progress.ts';
import type { Hub } from './hub.ts';

export type NotificationFrame = Frames['notification'];

export interface RestCall {
  readonly operation: string;
  /** Path without the query, since that carries the token. */
  readonly path: string;
  readonly method: string;
  /** The `X-App-Origin` request header, empty when there is none. */
  readonly origin: string;
}

export class NotificationChannel {
  readonly #hub: Hub<NotificationFrame>;

  constructor(hub: Hub<NotificationFrame>) {
    this.#hub = hub;
  }

  /** Told after every non-GET REST call. */
  restCall({ operation, path, method, origin }: RestCall): void {
    if (method !== 'POST' && method !== 'PUT' && method !== 'DELETE') return;
    this.#hub.publish({
      Type: NotificationType.AppNotification,
      Data: { Operation: operation, EndpointAddress: path, HttpMethod: method, Origin: origin },
    });
  }

  progress(event: ProgressEvent): void {
    this.#hub.publish({
      Type: NotificationType.Progress,
      Data: {
        TransferMode: event.mode,
        Status: event.status,
        StorageType: event.storageType,
        Path: event.path,
        Bytes: event.bytes,
        Size: event.size,
        Error: event.error,
        Name: event.name,
        StorageName: event.storageName,
        Speed: event.speed,
        Duration: timeSpan(event.durationMs),
        TransferId: event.transferId,
        StartTimeUtc: event.startTime.toISOString(),
        ProgressTimeUtc: event.progressTime.toISOString(),
      },
    });
  }
}

/** `hh:mm:ss`, the form of a .NET time span below a day; longer ones are led by `d.`. */
export function timeSpan(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const clock = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days}.${clock}` : clock;
}
