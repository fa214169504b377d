// Conditional requests (RFC 9110, section 13): If-Match, If-None-Match and If-Range against the current version of an object.

import { HttpError } from './http-error.ts';

export interface Preconditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

export function etagMatches(header: string, eTag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  const quoted = `"${eTag}"`;
  return header.split(',').some((candidate) => {
    const tag = candidate.trim();
    return tag === quoted || (comparison === 'weak' && tag === `W/${quoted}`);
  });
}

/** For changes: throws 412 unless the current version (undefined = none) satisfies both headers. */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, current: { eTag: string } | undefined): void {
  if (ifMatch !== undefined && (current === undefined || !etagMatches(ifMatch, current.eTag, 'strong'))) {
    throw new HttpError('PreconditionFailed', 'The object is not in the version that If-Match names.');
  }
  if (ifNoneMatch !== undefined && current !== undefined && etagMatches(ifNoneMatch, current.eTag, 'weak')) {
    throw new HttpError('PreconditionFailed', 'The object exists in a version that If-None-Match excludes.');
  }
}

/** Whether a Range header may be honoured. A date never proves that the bytes are the same, so it means the whole object. */
export function rangeAllowed(ifRange: string | undefined, eTag: string): boolean {
  return ifRange === undefined || ifRange.trim() === `"${eTag}"`;
}
