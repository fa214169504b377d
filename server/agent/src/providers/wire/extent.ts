// Owns ranges of an object: how they are asked for (RFC 9110, 14), and which of its bytes an answer brings.
import { ProviderError, type ReadRequest } from '../provider.ts';
import type { Answer } from './exchange.ts';
import type { Extent } from './reader.ts';

type Wanted = Pick<ReadRequest, 'offset' | 'length'>;

/** Undefined for the whole object. */
export function rangeOf({ offset, length }: Wanted): string | undefined {
  if (length === undefined || length === 0) return offset > 0 ? `bytes=${offset}-` : undefined;
  return `bytes=${offset}-${offset + length - 1}`;
}

/** Rejects with `changed` where the object ends before, with `invalid` for a range that nobody asked for. */
export function extentOf(answer: Answer, wanted: Wanted, what: string): Extent {
  const { offset, length: limit = Infinity } = wanted;
  if (answer.status === 206) return extentOfRange(answer, wanted, what);
  const length = lengthOf(answer);
  if (answer.status === 416) {
    const total = /^bytes \*\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
    // Everything has been read already: the rest is empty, whatever explanation the body holds.
    if (Number(total) === offset) return { skip: 0, length: 0 };
  } else if (length === undefined || length >= offset) {
    return { skip: offset, length: length === undefined ? wanted.length : Math.min(length - offset, limit) };
  }
  throw new ProviderError('changed', `${what}: the object ends before byte ${offset}`);
}

function extentOfRange(answer: Answer, { offset, length }: Wanted, what: string): Extent {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '') ?? [];
  const follow = Number(last) - offset + 1;
  const toTheEnd = total === '*' || Number(last) + 1 === Number(total);
  if (Number(first) !== offset || !(toTheEnd || follow === length) || (answer.body.left ?? follow) !== follow)
    throw new ProviderError('invalid', `${what}: the server answered with another range than asked for`);
  return { skip: 0, length: Math.min(follow, length ?? follow) };
}

export function lengthOf(answer: Answer): number | undefined {
  const length = answer.header('content-length');
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}
