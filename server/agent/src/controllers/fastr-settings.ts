// Owns the FastrSettings operations (fastr_settings.md).
import type { FastrSettings } from '../account/fastr-settings/fastr-settings.ts';
import type { Controller } from '../http/handler.ts';

export interface FastrSettingsDependencies {
  readonly fastrSettings: FastrSettings;
}

export const fastrSettings = ({ fastrSettings: settings }: FastrSettingsDependencies): Controller<'FastrSettings'> => ({
  getAllFastrSettings: ({ caller }) => ({ status: 200, body: settings.all(caller) }),

  getAllFastrSettingsForUser: ({ caller, path }) => ({ status: 200, body: settings.allOf(caller, path.userId) }),

  getFastrSettingsByCloudAccount: ({ caller, path }) => ({ status: 200, body: settings.byCloudAccount(caller, path.cloudAccountId) }),

  insertFastrSettings: ({ caller, body }) => ({ status: 200, body: settings.insert(caller, body) }),

  insertFastrSettingsForUser: ({ caller, body }) => ({ status: 200, body: settings.insertFor(caller, body) }),

  updateFastrSettings: ({ caller, body }) => ({ status: 200, body: settings.update(caller, 'own', body) }),

  updateFastrSettingsForUser: ({ caller, body }) => ({ status: 200, body: settings.update(caller, 'anyone', body) }),

  deleteFastrSettings({ caller, query }) {
    settings.remove(caller, 'own', query.id);
    return { status: 200 };
  },

  deleteFastrSettingsForUser({ caller, query }) {
    settings.remove(caller, 'anyone', query.id);
    return { status: 200 };
  },
});
