// Owns the protocol of Splunk's HTTP Event Collector: how events are written, sent, and what its answers mean.
import type { LogEvent } from './events.ts';

export interface HecTarget {
  readonly baseUrl: string;
  readonly token: string;
  /** Tokens with indexer acknowledgement ask for a channel; any UUID will do. */
  readonly channel: string;
}

export type Verdict =
  | { readonly kind: 'taken' }
  /** Later, as it is. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** Never with this setting: the token or the index is wrong. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Too large, or an event in it cannot be read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export type PostEvents = (target: HecTarget, body: string, signal: AbortSignal) => Promise<Verdict>;

const eventPath = '/services/collector/event';
const longestAnswer = 16_384;
/** 7 Incorrect index, 10 and 11 about the channel, 14 and 16 about what the token allows: the setting has to change. */
const codesOfTheSetting = new Set([7, 10, 11, 14, 16]);

/** One object, without a line break in it: events simply follow one another. */
export const hecText = (event: LogEvent, time: number, host: string): string =>
  JSON.stringify({ time: Number((time / 1000).toFixed(3)), host, source: 'click-agent', sourcetype: 'click:agent', event });

/** Never rejects but when `signal` aborts. Redirects are not followed: the token is for this address alone. */
export const hecPost =
  (timeoutMs: number, now: () => number): PostEvents =>
  async (target, body, signal) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(target.baseUrl + eventPath, {
        method: 'POST',
        headers: {
          authorization: `Splunk ${target.token}`,
          'content-type': 'application/json',
          'x-splunk-request-channel': target.channel,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, deadline]),
      });
      return verdictOf(answer.status, await beginningOf(answer), retryAfterMs(answer.headers.get('retry-after'), now()));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { kind: 'later', reason: deadline.aborted ? `no answer within ${timeoutMs} ms` : networkReason(error) };
    }
  };

export function verdictOf(status: number, body: string, afterMs: number | undefined): Verdict {
  const { code, text } = answerOf(body);
  const reason = `${status}${code === undefined ? '' : ` code ${code}`}${text === '' ? '' : `: ${text}`}`;
  if (status === 200 && (code === undefined || code === 0)) return { kind: 'taken' };
  if (status === 401 || status === 403) return { kind: 'refused', reason };
  if (status === 400 && code !== undefined && codesOfTheSetting.has(code)) return { kind: 'refused', reason };
  if (status === 400 || status === 413) return { kind: 'unreadable', reason };
  return { kind: 'later', reason, ...(afterMs !== undefined && { afterMs }) };
}

function answerOf(body: string): { code: number | undefined; text: string } {
  try {
    const { code, text } = JSON.parse(body) as { code?: unknown; text?: unknown };
    return { code: typeof code === 'number' ? code : undefined, text: typeof text === 'string' ? text.slice(0, 200) : '' };
  } catch {
    // A proxy in between answers in its own way; the status has to do.
    return { code: undefined, text: '' };
  }
}

/** Seconds or a date (RFC 9110). */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length > longestAnswer) break;
  }
  return Buffer.concat(pieces).toString('utf8', 0, longestAnswer);
}

function networkReason(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
