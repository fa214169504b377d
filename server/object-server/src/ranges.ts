// The Range header of a GET: one byte range, or the whole object where RFC 9110 lets a server ignore it.

import { HttpError } from './http-error.ts';

export interface ByteRange {
  start: number;
  /** Inclusive. */
  end: number;
}

const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/** Undefined = answer with the whole object: no header, another unit, malformed, or several ranges. */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? null : SINGLE_RANGE.exec(header.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return undefined;
  if (start >= size) throw notSatisfiable(size);
  return { start, end: Math.min(end, size - 1) };
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) throw notSatisfiable(size);
  return { start: Math.max(0, size - length), end: size - 1 };
}

function notSatisfiable(size: number): HttpError {
  return new HttpError('RangeNotSatisfiable', 'The range starts beyond the end of the object.', { 'Content-Range': `bytes */${size}` });
}
