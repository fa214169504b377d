// Owns the cases of the AccountLogSetting operations (accountlogsetting.md); the stories are in scenarios/account-log.
import type { Call } from '../src/kit/call.ts';
import type { Case } from '../src/kit/case.ts';
import type { Context } from '../src/kit/check.ts';
import { withoutLogSetting } from '../src/kit/log-setting.ts';

const wanted = { token: 'kit-ingest-token', serverAddress: 'splunk.example.com', servicePort: '8088', active: false, provider: 1 };
const tooLong = [
  ['token', 'LOG-LIMIT-001', 'x'.repeat(101)],
  ['serverAddress', 'LOG-LIMIT-002', `${'a'.repeat(50)}.${'b'.repeat(50)}`],
  ['servicePort', 'LOG-LIMIT-003', '00000008088'],
] as const;
const notAdmitted = [
  ['scheme', { serverAddress: 'https://splunk.example.com' }],
  ['port', { servicePort: '65536' }],
] as const;

/** An agent that takes it all the same has a setting then, which goes again; one that was there before is not risked. */
const attempt =
  (call: Call) =>
  async (context: Context): Promise<Call> => {
    await withoutLogSetting(context, await context.given.session());
    return call;
  };

export const cases: readonly Case[] = [
  ...tooLong.map(([field, requirement, value]): Case => ({
    id: `account-log-setting.setup-account-log-setting.long-${field.toLowerCase()}`,
    title: `Setup refuses a ${field} that is too long`,
    operation: 'setupAccountLogSetting',
    level: 'SHOULD',
    request: attempt({ body: { ...wanted, [field]: value }, invalid: true }),
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: [requirement],
  })),
  ...notAdmitted.map(([what, change]): Case => ({
    id: `account-log-setting.setup-account-log-setting.wrong-${what}`,
    title: `Setup refuses a wrong ${what}`,
    operation: 'setupAccountLogSetting',
    level: 'INFO',
    request: attempt({ body: { ...wanted, ...change } }),
    expect: { status: 499, errorCode: 'DEFAULT' },
  })),
];
