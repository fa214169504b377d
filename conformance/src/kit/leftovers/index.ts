// Owns the list of what runs may leave behind at a target, in the order in which it is removed: what refers to others first.
import type { Api } from '../api.ts';
import { notOffered } from '../offered.ts';
import type { Target } from '../target.ts';
import { cloudAccounts } from './cloud-accounts.ts';
import { history } from './history.ts';
import type { Leftover, LeftoverKind, Ours } from './leftover.ts';
import { logSetting } from './log-setting.ts';
import { listed } from './listed.ts';
import { ssoConfigurations } from './sso.ts';

const kinds: readonly LeftoverKind[] = [
  listed({ what: 'shared drive', list: 'getAllSharedCloudDrives', remove: 'deleteSharedCloudDrive' }),
  listed({ what: 'project', list: 'getAllProjects', remove: 'deleteProject' }),
  listed({ what: 'storage key', list: 'getStorageKeys', remove: 'deleteStorageKey' }),
  listed({ what: 'user group', list: 'getAllUserGroups', remove: 'deleteUserGroup' }),
  listed({ what: 'user', list: 'getAllUsers', remove: 'deleteUser', named: 'username', filter: { username: 'ckit-' } }),
  cloudAccounts,
  history,
  logSetting,
  ssoConfigurations,
  listed({ what: 'API token', list: 'getAllApiTokens', remove: 'deleteApiToken', named: 'title', paged: false }),
];

/** Of the kinds that the target offers. */
export async function leftAtTarget(api: Api, ours: Ours, target: Pick<Target, 'offered'>): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const { needs, find } of kinds) if (notOffered({ operations: needs }, target) === undefined) found.push(...(await find(api, ours)));
  return found;
}

/** After the clean-up at the target: throws when something that bears the run's prefix is still there. */
export async function nothingLeftAtTarget(api: Api, prefix: string, target: Pick<Target, 'offered'>): Promise<void> {
  const left = await leftAtTarget(api, (name) => name.startsWith(`${prefix}-`), target);
  if (left.length > 0) throw new Error(`still there: ${left.map(({ what }) => what).join(', ')}`);
}
