// Owns making sure that a check of the log setting has it to itself: an account has one at most.
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import { Blocked } from './faults.ts';

/** One that somebody made is not touched, and nothing can be tried then. Whatever the check makes goes at its end. */
export async function withoutLogSetting({ cleanUp }: Context, api: Api): Promise<void> {
  const { status, body } = await api.call('getAccountLogSetting');
  if (status === 200 && typeof body === 'object' && body !== null)
    throw new Blocked('the account has a log setting, which the kit does not touch: delete it, or judge another account');
  const after = api.forCleanUp();
  cleanUp('the log setting', async () => {
    if ((await after.call('getAccountLogSetting')).status === 200) await after.call('deleteAccountLogSetting');
  });
}
