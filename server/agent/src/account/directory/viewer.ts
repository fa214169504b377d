// Owns whose eyes a list is made for.
import type { Viewer } from '../../store/directory-visibility.ts';
import type { Caller } from '../caller.ts';

export const viewerOf = ({ accountId, userId, isAdmin }: Caller): Viewer => ({ accountId, userId, isAdmin: isAdmin ? 1 : 0 });
