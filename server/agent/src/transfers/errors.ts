// Owns the errors of the engine, and what a person reads when a transfer failed.
import { ProviderError, type ProviderErrorKind } from '../providers/provider.ts';

export type LocalFileErrorKind =
  | 'missing' // no such file or folder
  | 'denied' // no permission
  | 'invalid' // not a regular file, not a folder, not an absolute path, a name that leaves the folder
  | 'conflict' // there is a file already that must not be replaced
  | 'changed' // the file is no longer the one that the transfer started with
  | 'full' // no space left
  | 'io'; // the disk or the mount failed

export class LocalFileError extends Error {
  readonly kind: LocalFileErrorKind;

  constructor(kind: LocalFileErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LocalFileError';
    this.kind = kind;
  }
}

const systemKinds: Readonly<Record<string, readonly [LocalFileErrorKind, string]>> = {
  ENOENT: ['missing', 'does not exist'],
  EACCES: ['denied', 'cannot be accessed: permission denied'],
  EPERM: ['denied', 'cannot be accessed: permission denied'],
  EROFS: ['denied', 'is on a read-only file system'],
  EISDIR: ['invalid', 'is a folder'],
  ENOTDIR: ['invalid', 'is below something that is not a folder'],
  ENOTEMPTY: ['invalid', 'is a folder'],
  EEXIST: ['invalid', 'exists and is not a folder'],
  ENAMETOOLONG: ['invalid', 'has a name that is too long'],
  EINVAL: ['invalid', 'has a name or an attribute that this file system does not take'],
  EILSEQ: ['invalid', 'has a name that this file system does not take'],
  EFBIG: ['invalid', 'is larger than this file system takes'],
  ELOOP: ['invalid', 'has too many links on its way'],
  EBUSY: ['io', 'is in use by the system'],
  ETXTBSY: ['io', 'is in use: it is a program that runs'],
  ENOSPC: ['full', 'cannot be written: no space left on the disk'],
  EDQUOT: ['full', 'cannot be written: the disk quota is used up'],
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Names the file and the reason; the system's own text stays in `cause`. */
export function localFileError(error: unknown, path: string): LocalFileError {
  if (error instanceof LocalFileError) return error;
  const code = codeOf(error);
  const [kind, text] = systemKinds[code] ?? (['io', `failed (${code === '' ? 'unknown reason' : code})`] as const);
  return new LocalFileError(kind, `${path} ${text}.`, error);
}

/** Of a store or of a file. */
export const isKind = (error: unknown, kind: ProviderErrorKind & LocalFileErrorKind): boolean =>
  (error instanceof ProviderError || error instanceof LocalFileError) && error.kind === kind;

/** The run lost its transfer: it was cancelled, or a newer run took over. Its results are dropped. */
export class Fenced extends Error {
  constructor() {
    super('A newer run owns this transfer.');
    this.name = 'Fenced';
  }
}

/** The reason of the abort signals of a run. */
export class Stopped extends Error {
  constructor(why: 'pause' | 'cancel' | 'shutdown' | 'failure') {
    super(`The transfer was stopped (${why}).`);
    this.name = 'Stopped';
  }
}

/** Refused by a limit of the engine itself. */
export class LimitExceeded extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LimitExceeded';
  }
}

/** The cloud account that a transfer needs has been removed: nobody has its keys any more. */
export class AccountGone extends Error {
  constructor() {
    super('The cloud account of this transfer has been removed.');
    this.name = 'AccountGone';
  }
}

/** The ledger does not take what has happened: a full disk, most likely. Its own text could hold anything, so only the code is told. */
export class LedgerError extends Error {
  constructor(cause: unknown) {
    super(`The agent could not record what it has transferred (${codeOf(cause) || 'unknown reason'}); see its log.`, { cause });
    this.name = 'LedgerError';
  }
}

/** True for errors whose message was written for a person; others are defects. */
export const isExplained = (error: unknown): error is Error =>
  [ProviderError, LocalFileError, LimitExceeded, AccountGone, LedgerError].some((kind) => error instanceof kind);

/** What the ledger says when it cannot be written. */
const ledgerTroubles: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The transfer stopped because it could not be recorded: the disk of the data directory of the agent is full.',
  SQLITE_IOERR: 'The transfer stopped because it could not be recorded: the disk of the data directory of the agent fails.',
};

/** The `errorMessage` of a failed transfer; the text of a defect could hold anything, so it is not shown. */
export const explain = (error: unknown): string =>
  isExplained(error)
    ? error.message
    : (ledgerTroubles[/^SQLITE_(?:FULL|IOERR)/.exec(codeOf(error))?.[0] ?? ''] ??
      'The transfer stopped because of an internal error; see the log of the agent.');
