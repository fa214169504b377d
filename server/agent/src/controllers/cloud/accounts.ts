// Owns the account operations of the Cloud controller (cloud.md, Cloud Accounts).
import type { CloudAccounts } from '../../account/cloud-accounts.ts';
import type { ManagedStorages } from '../../account/managed-storage/managed-storages.ts';
import { given } from '../../http/given.ts';
import type { Handlers } from '../../http/handler.ts';

export interface CloudAccountDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly managedStorages: ManagedStorages;
}

type CloudAccountOperation =
  | 'getCloudAccounts'
  | 'getCloudAccount'
  | 'insertCloudAccount'
  | 'manageSharedCloudAccount'
  | 'deleteCloudAccount';

export const cloudAccountOperations = ({
  cloudAccounts,
  managedStorages,
}: CloudAccountDependencies): Pick<Handlers, CloudAccountOperation> => ({
  getCloudAccounts: ({ caller }) => ({ status: 200, body: cloudAccounts.list(caller) }),

  getCloudAccount: ({ caller, query }) => ({ status: 200, body: cloudAccounts.get(caller, query.id) }),

  insertCloudAccount: async ({ caller, body, signal }) => ({ status: 200, body: await cloudAccounts.insert(caller, body, signal) }),

  manageSharedCloudAccount({ caller, body }) {
    cloudAccounts.manageShare(caller, given(body.id, 'id'), given(body.shared, 'shared'));
    return { status: 200 };
  },

  async deleteCloudAccount({ caller, query, signal }) {
    if (!(await managedStorages.removeIfManaged(caller, query.id, signal))) cloudAccounts.remove(caller, query.id);
    return { status: 200, body: true };
  },
});
