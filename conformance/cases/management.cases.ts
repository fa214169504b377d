// Owns the cases of the Management operations (management.md).
import type { Case } from '../src/kit/case.ts';

export const cases: readonly Case[] = [
  {
    id: 'management.get-agent-status.success',
    title: 'Get Agent Status needs no token and answers a bare integer',
    operation: 'getAgentStatus',
    as: null,
    expect: {
      status: 200,
      also: ({ body }, { expect }) => expect.oneOf(body, [0, 1, 2, 4, 8], 'the status is one of the documented states'),
    },
    proves: ['MGMT-STATUS-001', 'ERR-STATUS-200'],
  },
  {
    id: 'management.get-agent-status.started-when-signed-in',
    title: 'Get Agent Status says Started once a user is signed in',
    operation: 'getAgentStatus',
    as: 'session',
    request: { token: null },
    expect: {
      status: 200,
      also: ({ body }, { expect }) =>
        expect.that(body !== 0, 'the status is not Created, which is for an agent without a signed-in user', body),
    },
    proves: ['MGMT-STATUS-002'],
  },
];
