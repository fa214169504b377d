// Owns the operations of the signed-in user's second factor (user.md, Set MFA Preference and Generate MFA Token).
import type { SecondFactors } from '../../account/second-factor.ts';
import type { Handlers } from '../../http/handler.ts';

export interface SecondFactorDependencies {
  readonly secondFactors: SecondFactors;
}

type SecondFactorOperation = 'setMfa' | 'generateMfaToken';

export const secondFactorOperations = ({ secondFactors }: SecondFactorDependencies): Pick<Handlers, SecondFactorOperation> => ({
  setMfa({ caller, body }) {
    secondFactors.set(caller, body.enabled, body.userCode);
    return { status: 200 };
  },

  generateMfaToken: ({ caller }) => ({ status: 200, body: secondFactors.generate(caller) }),
});
