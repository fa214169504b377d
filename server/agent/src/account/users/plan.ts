// Owns what an account may still use under its plan, and refusing what goes beyond (user.md, Package Inquiry).
import { type Schema, UserType } from '@click-kit/contract';
import type { PlanStore } from '../../store/plan-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';

export interface PlanLimits {
  readonly adminUsers: number;
  readonly creativeUsers: number;
  readonly standardUsers: number;
  /** GB, of 10^9 bytes. */
  readonly storage: number;
  readonly connections: number;
  readonly projects: number;
  readonly teams: number;
  readonly drives: number;
  readonly syncs: number;
  readonly logs: boolean;
  readonly sso: boolean;
}

export interface PlanDependencies {
  readonly store: PlanStore;
  readonly limits: PlanLimits;
  /** Bytes that the account has in storage managed by Amove. */
  readonly storedBytes?: (accountId: string) => number;
}

const bytesOfGB = 1e9;

type Seats = 'adminUsers' | 'creativeUsers' | 'standardUsers';

/** Whoever has several types takes the seat of the highest. */
function seatsOf(userType: number): Seats {
  if (userType & UserType.DesktopAdmin) return 'adminUsers';
  return userType & UserType.DesktopCreativeUser ? 'creativeUsers' : 'standardUsers';
}

export class Plan {
  readonly #store: PlanStore;
  readonly #limits: PlanLimits;
  readonly #storedBytes: (accountId: string) => number;

  constructor({ store, limits, storedBytes = () => 0 }: PlanDependencies) {
    this.#store = store;
    this.#limits = limits;
    this.#storedBytes = storedBytes;
  }

  /** "Each numeric field is a remaining count"; below 0 there is nothing (a limit may have been lowered). */
  inquire({ accountId }: Pick<Caller, 'accountId'>): Schema<'PackageInquiry'> {
    const { logs, sso, ...limits } = this.#limits;
    const storage = this.#storedBytes(accountId) / bytesOfGB;
    const used = { ...this.#seats(accountId), ...this.#store.useOf(accountId), storage, syncs: 0 };
    const left = (field: keyof typeof limits): number => Math.max(0, Math.floor(limits[field] - used[field]));
    return {
      adminUsers: left('adminUsers'),
      creativeUsers: left('creativeUsers'),
      standardUsers: left('standardUsers'),
      storage: left('storage'),
      connections: left('connections'),
      projects: left('projects'),
      teams: left('teams'),
      drives: left('drives'),
      syncs: left('syncs'),
      logs,
      sso,
    };
  }

  /** Refuses one more user of the type; `code` says what the user is wanted for. */
  requireSeat(accountId: string, userType: number, code: 'DB_INSERT' | 'DB_UPDATE' = 'DB_INSERT'): void {
    const seats = seatsOf(userType);
    if (this.#seats(accountId)[seats] < this.#limits[seats]) return;
    throw refusal(code, `The plan of the account has no seat left for a user of type ${userType}: at most ${this.#limits[seats]}.`);
  }

  /** Refuses one more user group. */
  requireTeam(accountId: string): void {
    const { teams } = this.#limits;
    if (this.#store.useOf(accountId).teams < teams) return;
    throw refusal('DB_INSERT', `The plan of the account has room for at most ${teams} user groups.`);
  }

  #seats(accountId: string): Record<Seats, number> {
    const seats = { adminUsers: 0, creativeUsers: 0, standardUsers: 0 };
    for (const { userType, records } of this.#store.usersOf(accountId)) seats[seatsOf(userType)] += records;
    return seats;
  }
}

/** Whether a change of type needs another seat. */
export const changesSeat = (from: number, to: number): boolean => seatsOf(from) !== seatsOf(to);
