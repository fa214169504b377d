// Owns the Management operations (management.md).
import type { Sessions } from '../account/sessions.ts';
import type { Controller } from '../http/handler.ts';

export interface ManagementDependencies {
  readonly sessions: Sessions;
}

export const management = ({ sessions }: ManagementDependencies): Controller<'Management'> => ({
  getAgentStatus: () => ({ status: 200, body: sessions.agentStatus() }),
});
