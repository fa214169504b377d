// Owns who a request comes from, as services see it.
import { UserType } from '@click-kit/contract';

export interface Caller {
  readonly userId: string;
  readonly accountId: string;
  readonly userType: number;
  readonly sessionId: string;
  /** Account administrators see and manage what belongs to others of their account (transferhistory.md). */
  readonly isAdmin: boolean;
}

export const callerOf = (session: Omit<Caller, 'isAdmin'>): Caller => ({
  ...session,
  isAdmin: (session.userType & UserType.DesktopAdmin) !== 0,
});
