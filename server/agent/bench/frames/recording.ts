// Owns what the channels of an agent say while a transfer runs, as it comes, and how it is shown: trimmed, with short names for what is random.
import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';

export interface Frame {
  readonly channel: 'notification' | 'statechange';
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly frames: Frame[];
  close(): void;
}

export async function record(url: string): Promise<Recording> {
  const frames: Frame[] = [];
  const sockets = (['notification', 'statechange'] as const).map((channel) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/${channel}`);
    socket.on('message', (bytes: RawData) =>
      frames.push({ channel, body: JSON.parse((bytes as Buffer).toString('utf8')) as Frame['body'] }),
    );
    socket.on('error', () => undefined);
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  return { frames, close: () => sockets.forEach((socket) => socket.terminate()) };
}

const statusOf = ({ body }: Frame): unknown => (body['Type'] === 1 ? (body['Data'] as { Status?: unknown }).Status : undefined);

/** Of a row of progress frames with one status, the first two and the last; the others are counted. */
export function trimmed(frames: readonly Frame[]): (Frame | number)[] {
  const shown: (Frame | number)[] = [];
  for (let at = 0; at < frames.length;) {
    const first = frames[at];
    if (first === undefined) break;
    const status = statusOf(first);
    let end = at + 1;
    while (status !== undefined && frames[end] !== undefined && statusOf(frames[end] ?? first) === status) end += 1;
    const row = frames.slice(at, end);
    if (row.length <= 4) shown.push(...row);
    else shown.push(...row.slice(0, 2), row.length - 3, ...row.slice(-1));
    at = end;
  }
  return shown;
}

/** Ids become `id-1`, `id-2`, in the order in which they appear; the scratch folder becomes `/files`. */
export function shortener(folder: string): (frame: Frame) => string {
  const known = new Map<string, string>();
  const short = (text: string): string =>
    text.replaceAll(folder, '/files').replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, (id) => {
      const name = known.get(id) ?? `id-${known.size + 1}`;
      known.set(id, name);
      return name;
    });
  return ({ body }) => short(JSON.stringify(body));
}
