import { UserType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import { callerOf } from './caller.ts';
import { mayCall, refusalOf } from './roles.ts';

const caller = (userType: number) => callerOf({ userId: 'u', accountId: 'a', sessionId: 's', userType });

describe('a role', () => {
  it.each([
    ['insertProject', [true, false, false], 'Only an administrator of the account may do this.'],
    ['startTransfer', [true, true, false], 'Only an administrator of the account or a creative user may do this.'],
    ['getAllTransfers', [true, true, true], undefined],
  ] as const)('that %s asks for admits administrators, creative users, standard users: %j', (id, admitted, told) => {
    const types = [UserType.DesktopAdmin, UserType.DesktopCreativeUser, UserType.DesktopStandardUser];
    expect(types.map((type) => mayCall(id, caller(type)))).toEqual(admitted);
    if (told !== undefined) expect([mayCall(id, undefined), refusalOf(id)]).toEqual([false, told]);
  });
});
