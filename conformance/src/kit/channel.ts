// Owns listening to one channel: every frame is kept with its time of arrival and held against its message's schema.
import { WebSocket } from 'ws';
import type { Channel, Contract, JsonObject } from './contract.ts';
import { objectOf } from './contract.ts';
import { CheckFailed, NoAnswer } from './faults.ts';
import type { Recorder } from './recorder.ts';
import type { SchemaValidator } from './schema-validator.ts';

export interface ReceivedFrame {
  /** The name of the message in the contract; `unknown` when no message fits. */
  readonly message: string;
  readonly at: number;
  readonly json: { readonly Type?: unknown; readonly Data?: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
}

export interface ChannelLimits {
  readonly openTimeoutMs: number;
  readonly frameBytes: number;
  readonly frames: number;
}

export const defaultChannelLimits: ChannelLimits = { openTimeoutMs: 5000, frameBytes: 1024 * 1024, frames: 10_000 };

export interface ChannelTools {
  readonly contract: Contract;
  readonly validator: SchemaValidator;
  readonly targetUrl: string;
  readonly recorder: Recorder;
  readonly caseId: string;
  readonly signal: AbortSignal;
  readonly limits?: ChannelLimits;
}

export class ChannelListener {
  readonly frames: ReceivedFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #channel: Channel;
  readonly #tools: ChannelTools;
  readonly #limits: ChannelLimits;
  readonly #socket: WebSocket;
  readonly #begun = performance.now();
  readonly #waiting = new Set<() => void>();
  #ended: string | undefined;

  constructor(channel: Channel, tools: ChannelTools) {
    this.#channel = channel;
    this.#tools = tools;
    this.#limits = tools.limits ?? defaultChannelLimits;
    tools.recorder.channels.add(channel.address);
    const url = new URL(channel.address, tools.targetUrl.replace(/^http/, 'ws'));
    this.#socket = new WebSocket(url, {
      maxPayload: this.#limits.frameBytes,
      handshakeTimeout: this.#limits.openTimeoutMs,
      headers: { 'x-conformance-case': tools.caseId },
    });
    this.#socket.on('open', () => this.#waiting.forEach((wake) => wake()));
    this.#socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => {
        this.#end(`the channel was closed with ${code}`);
        resolve({ code, reason: reason.toString('utf8') });
      });
    });
    this.#socket.on('error', (error) => this.#end(error.message));
  }

  async open(): Promise<this> {
    await this.#until(
      () => this.#socket.readyState === WebSocket.OPEN,
      this.#limits.openTimeoutMs,
      `${this.#channel.address} accepts an upgrade`,
    );
    return this;
  }

  /** The first frame, from `from` on, that fits. A deadline that passes fails the check: `what` says what was waited for. */
  async waitFor(
    fits: (frame: ReceivedFrame) => boolean,
    { what, deadlineMs, from = 0 }: { what: string; deadlineMs: number; from?: number },
  ): Promise<ReceivedFrame> {
    const find = (): ReceivedFrame | undefined => this.frames.slice(from).find(fits);
    await this.#until(() => find() !== undefined, deadlineMs, what);
    this.#tools.recorder.evidence += 1;
    return find() as ReceivedFrame;
  }

  /** The code that the connection ended with. */
  async close(): Promise<number> {
    this.#socket.close(1000);
    const timer = setTimeout(() => this.#socket.terminate(), this.#limits.openTimeoutMs);
    const { code } = await this.closed;
    clearTimeout(timer);
    return code;
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const { recorder } = this.#tools;
    const text = data.toString('utf8');
    const at = Math.round(performance.now() - this.#begun);
    const json = parseFrame(text);
    const message = json === undefined ? 'unknown' : messageOfFrame(this.#channel, json, this.#tools.contract);
    recorder.frame({ channel: this.#channel.name, at, message, text });
    if (isBinary) recorder.fail({ level: 'MUST', message: `${this.#channel.address}: frames are text`, actual: 'a binary frame' });
    if (json === undefined)
      recorder.fail({ level: 'MUST', message: `${this.#channel.address}: each frame is one JSON object`, actual: text.slice(0, 200) });
    else this.#judge(message, json);
    if (this.frames.length >= this.#limits.frames) return this.#end(`more than ${this.#limits.frames} frames came`);
    if (json !== undefined) this.frames.push({ message, at, json });
    this.#waiting.forEach((wake) => wake());
  }

  #judge(message: string, json: ReceivedFrame['json']): void {
    const { recorder, validator, contract } = this.#tools;
    const schemaName = this.#channel.messages[message];
    if (schemaName === undefined)
      return recorder.note({ kind: 'frame', where: this.#channel.address, what: `Type ${JSON.stringify(json.Type)}` });
    const schema = objectOf(objectOf(objectOf(contract.channelDocument.components).schemas)[schemaName]);
    const { violations, undocumented } = validator.judge('channels', { schema } satisfies JsonObject, json);
    for (const { level, path, message: rule, expected, actual } of violations) {
      recorder.fail({ level, message: `${this.#channel.address} ${message}: ${path} ${rule}`, expected, actual });
    }
    for (const what of undocumented) recorder.note({ kind: 'field', where: `${this.#channel.address} ${message}`, what });
  }

  #end(why: string): void {
    this.#ended ??= why;
    this.#waiting.forEach((wake) => wake());
  }

  async #until(holds: () => boolean, deadlineMs: number, what: string): Promise<void> {
    const { signal, recorder } = this.#tools;
    // What held when the event came counts, even if the target has closed by the time that this goes on.
    const held = await new Promise<boolean>((resolve) => {
      let late = false;
      const wake = (): void => {
        const now = holds();
        if (!now && this.#ended === undefined && !late && !signal.aborted) return;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve(now);
      };
      // A timer, because a signal of `AbortSignal.any` may be collected while nothing else holds its sources (Node 20).
      const timer = setTimeout(() => {
        late = true;
        wake();
      }, deadlineMs);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      wake();
    });
    if (held) return;
    signal.throwIfAborted();
    if (this.#ended !== undefined && this.frames.length === 0 && this.#socket.readyState !== WebSocket.OPEN)
      throw new NoAnswer(`${what}: ${this.#ended}`);
    recorder.fail({
      level: 'MUST',
      message: what,
      expected: `within ${deadlineMs} ms`,
      actual: this.#ended ?? `${this.frames.length} frames, none of which fits`,
    });
    throw new CheckFailed(what);
  }
}

function parseFrame(text: string): ReceivedFrame['json'] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as ReceivedFrame['json']) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `Type` selects among the messages of a channel (websockets.md); a channel with one message needs none. */
export function messageOfFrame(channel: Channel, json: ReceivedFrame['json'], contract: Contract): string {
  const messages = Object.entries(channel.messages);
  if (messages.length === 1) return messages[0]?.[0] ?? 'unknown';
  const schemas = objectOf(objectOf(contract.channelDocument.components).schemas);
  const constant = (schemaName: string): unknown => objectOf(objectOf(objectOf(schemas[schemaName]).properties).Type).const;
  return messages.find(([, schemaName]) => constant(schemaName) === json.Type)?.[0] ?? 'unknown';
}
