// Owns finding the log setting that a run leaves behind: there is one for an account, without a name of its own.
import type { Api } from '../api.ts';
import { type Leftover, type LeftoverKind, type Ours, recordOf } from './leftover.ts';

export const logSetting: LeftoverKind = { needs: ['getAccountLogSetting', 'deleteAccountLogSetting'], find };

/** One that a run has made bears its name in the address, unless events were to arrive at this machine. */
async function find(api: Api, ours: Ours): Promise<Leftover[]> {
  const { serverAddress } = recordOf((await api.call('getAccountLogSetting')).body);
  if (typeof serverAddress !== 'string' || !ours(serverAddress.replace('.', '-'))) return [];
  return [{ what: `log setting ${serverAddress}`, remove: () => api.call('deleteAccountLogSetting') }];
}
