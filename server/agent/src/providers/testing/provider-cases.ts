// Owns the names and titles of what every provider must do.
import type { Fixture } from './provider-tools.ts';

export const cases = {
  credentials: 'accepts good credentials and refuses bad ones',
  buckets: 'lists the bucket',
  administration: 'makes a bucket, and removes it once it is empty',
  chunks: 'reads back, equal by SHA-256, what went up in several chunks',
  resume: 'resumes an upload after it was suspended',
  gone: 'opens anew at 0 what can no longer be resumed',
  abort: 'leaves nothing visible of an aborted upload',
  sweep: 'removes the uploads of a key that were begun since then and hold nothing, and no others',
  lostPut: 'settles a whole put whose answer was lost by asking, at once or when it is sent again',
  foreignPut: 'takes no object of somebody else for a whole put whose answer was lost',
  hidden: 'shows the object only after commit, which may be repeated',
  offset: 'reads from an offset, up to the very end',
  changed: 'detects that the source has changed',
  missing: 'says missing for objects that do not exist',
  missingBucket: 'says missing for a bucket that does not exist',
  pages: 'lists pages in key order',
  levels: 'lists one level with folders',
  folder: 'makes a folder',
  remove: 'removes an object once',
  signedGet: 'signs download URLs for a bare HTTP client',
  signedPut: 'signs upload URLs for a bare HTTP client',
  signedType: 'lets a signed upload URL take the signed content type only',
  empty: 'takes an object without bytes',
  names: 'keeps keys of any characters apart',
} as const;

export type CaseName = keyof typeof cases;

/** Runs a case against a server, or skips it where the provider's test gives a reason. */
export type Test = (key: CaseName, run: (fixture: Fixture) => Promise<void>) => void;
