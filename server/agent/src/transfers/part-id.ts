// Owns the text by which the files of a transfer are told from those of others.
import { createHash } from 'node:crypto';

/** An id that a caller chose may hold anything, a path too. */
export const partId = (id: string): string => (/^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 32));
