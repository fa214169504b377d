// Owns the AccountLogSetting operations (accountlogsetting.md).
import type { AccountLogSettings } from '../account/log-forwarding/log-settings.ts';
import type { Controller } from '../http/handler.ts';

export interface AccountLogSettingDependencies {
  readonly logSettings: AccountLogSettings;
}

export const accountLogSetting = ({ logSettings }: AccountLogSettingDependencies): Controller<'AccountLogSetting'> => ({
  setupAccountLogSetting: ({ caller, body }) => ({ status: 200, body: logSettings.setup(caller, body) }),

  getAccountLogSetting: ({ caller }) => ({ status: 200, body: logSettings.get(caller) }),

  updateAccountLogSetting: ({ caller, body }) => ({ status: 200, body: logSettings.update(caller, body) }),

  deleteAccountLogSetting({ caller }) {
    logSettings.remove(caller);
    return { status: 200 };
  },
});
