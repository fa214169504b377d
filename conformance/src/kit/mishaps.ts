// Owns what can go wrong with one request between an agent and an object server of the kit, in the request, in the answer, or in place of both.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { createGzip } from 'node:zlib';
import { flippingStream } from './flip-bytes.ts';

/** Answered in place of the server. */
export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Mishap =
  | Instead
  /** So many bytes of the answer's body pass, then the connection is gone, or nothing more comes. */
  | { readonly cutAfter: number }
  | { readonly stallAfter: number }
  /** So many bytes of the request's body pass, then the connections are gone, or no more is taken. */
  | { readonly cutRequestAfter: number }
  | { readonly stallRequestAfter: number }
  /** The server gets so many bytes of the request and is told that these are all. */
  | { readonly keepOnly: number }
  /** One byte is another one. */
  | { readonly flip: 'request' | 'answer' }
  /** The answer comes compressed, and says so. */
  | { readonly compressed: true }
  /** The answer says that the object has so many bytes more than it has, or less. */
  | { readonly sizeOff: number };

/** What a body passes through, and the headers that go with it. */
interface Passage {
  readonly headers: IncomingHttpHeaders;
  readonly through?: Transform;
  /** What passes `through` is the last that is heard of it. */
  readonly cut?: boolean;
}

export function requestPassage({ headers }: IncomingMessage, mishap: Mishap | undefined): Passage {
  if (mishap === undefined) return { headers };
  if ('cutRequestAfter' in mishap) return { headers, through: first(mishap.cutRequestAfter, 'end'), cut: true };
  if ('stallRequestAfter' in mishap) return { headers, through: first(mishap.stallRequestAfter, 'stall') };
  if ('keepOnly' in mishap) {
    const kept = Math.min(mishap.keepOnly, lengthOf(headers));
    return { headers: { ...headers, 'content-length': String(kept) }, through: first(kept, 'swallow') };
  }
  if ('flip' in mishap && mishap.flip === 'request') return { headers, through: flippingStream(lengthOf(headers), () => undefined) };
  return { headers };
}

export function answerPassage({ headers }: IncomingMessage, mishap: Mishap | undefined): Passage {
  if (mishap === undefined) return { headers };
  if ('cutAfter' in mishap) return { headers, through: first(mishap.cutAfter, 'end'), cut: true };
  if ('stallAfter' in mishap) return { headers, through: first(mishap.stallAfter, 'stall') };
  if ('compressed' in mishap) {
    const { 'content-length': _plain, ...rest } = headers;
    return { headers: { ...rest, 'content-encoding': 'gzip' }, through: createGzip() };
  }
  if ('sizeOff' in mishap) return { headers: { ...headers, 'content-length': String(lengthOf(headers) + mishap.sizeOff) } };
  if ('flip' in mishap && mishap.flip === 'answer') return { headers, through: flippingStream(lengthOf(headers), () => undefined) };
  return { headers };
}

const lengthOf = (headers: IncomingHttpHeaders): number => Number(headers['content-length']);

/** Lets so many bytes pass; what comes after them is thrown away, or held for ever. */
function first(most: number, then: 'end' | 'stall' | 'swallow'): Transform {
  let room = most;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      const part = bytes.subarray(0, room);
      if (part.length > 0) this.push(part);
      const wasOpen = room > 0;
      room -= part.length;
      if (room === 0 && wasOpen && then === 'end') this.push(null);
      if (room > 0 || then !== 'stall') done();
    },
  });
}
