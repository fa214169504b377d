// Owns the proofs of the checks of Management.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { changeType, replaceBody, requireToken, setStatus } from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('management.get-agent-status.success', {
    'unknown-state': replaceBody('getAgentStatus', 3),
    'state-as-text': changeType('getAgentStatus', ''),
    'in-an-object': replaceBody('getAgentStatus', { status: 1 }),
    'needs-a-token': requireToken('getAgentStatus'),
    'answers-204': setStatus('getAgentStatus', 204),
  }),
  ...proofsOf('management.get-agent-status.started-when-signed-in', { 'still-created': replaceBody('getAgentStatus', 0) }),
];
