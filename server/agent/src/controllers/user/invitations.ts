// Owns the operations that invite users (user.md, Insert User and Resend User Email).
import type { Invitations } from '../../account/sign-up/invitations.ts';
import { userOf } from '../../account/users.ts';
import type { Handlers } from '../../http/handler.ts';

export interface InvitationDependencies {
  readonly invitations: Invitations;
}

type InvitationOperation = 'insertUser' | 'resendUserEmail';

export const invitationOperations = ({ invitations }: InvitationDependencies): Pick<Handlers, InvitationOperation> => ({
  insertUser: ({ caller, body }) => ({ status: 200, body: userOf(invitations.invite({ ...body, accountId: caller.accountId })) }),

  resendUserEmail({ caller, body }) {
    invitations.resend(caller, body);
    return { status: 200 };
  },
});
