// Owns the shape of an error: the body and the header of a 499, whatever brings one about (errors.md, ValidationProblemDetails).
import type { Exchange } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { Blocked } from '../../src/kit/faults.ts';
import { scenario } from '../../src/kit/scenario.ts';

/** What brings about a 499 is documented for no operation of this contract, so the first of the likely ways that does is taken. */
async function refused({ given, api }: Context): Promise<Exchange> {
  const session = await given.session();
  const ways = [
    () => session.perform('getCloudAccount', { query: { id: '11111111-2222-4333-8444-555555555555' } }),
    () => session.perform('getAllUsers', { query: { page: 'twelve' }, invalid: true }),
    () => session.perform('insertCloudAccount', { text: '{"name":', headers: { 'content-type': 'application/json' }, invalid: true }),
    () => api.perform('respondToMfa', { body: { userCode: '000000', session: 'this-is-no-session' } }),
  ];
  for (const way of ways) {
    const exchange = await way();
    if (exchange.status === 499) return exchange;
  }
  throw new Blocked('nothing that the kit knows brings about a 499');
}

export const scenarios = [
  scenario(
    'errors.problem.shape',
    {
      title: 'A 499 names its code in the header, in `type` and as the only key of `errors`',
      controller: 'Cloud',
      operations: ['getCloudAccount'],
      statuses: [499],
      proves: ['ERR-BODY-001', 'ERR-BODY-002', 'ERR-BODY-003', 'ERR-BODY-004', 'ERR-HEADER-001', 'ERR-CODE-001'],
      impact: 'read',
    },
    async (context) => {
      const { expect } = context;
      const { body, headers } = await refused(context);
      const { type, status, errors } = (body ?? {}) as { type?: unknown; status?: unknown; errors?: Record<string, unknown> };
      expect.that(typeof type === 'string' && /^[A-Z0-9_]+$/.test(type), '`type` is an error code', type);
      expect.equal(status, 499, '`status` is 499');
      expect.equal(Object.keys(errors ?? {}), [type], '`errors` has one entry, whose key is `type`');
      const messages = errors?.[String(type)];
      expect.that(
        Array.isArray(messages) && messages.length > 0 && messages.every((message) => typeof message === 'string'),
        'the entry of `errors` is an array of messages',
        messages,
      );
      expect.equal(headers['error-code'], type, 'the header error-code equals `type`');
    },
  ),
];
