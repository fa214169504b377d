// Owns the SharedCloudDrive operations (sharedclouddrive.md).
import type { SharedDrives } from '../account/directory/shared-drives.ts';
import type { Controller } from '../http/handler.ts';

export interface SharedDriveDependencies {
  readonly sharedDrives: SharedDrives;
}

export const sharedCloudDrive = ({ sharedDrives }: SharedDriveDependencies): Controller<'SharedCloudDrive'> => ({
  getAllSharedCloudDrives: ({ caller, query }) => ({ status: 200, body: sharedDrives.list(caller, query) }),

  getAllSharedCloudDrivesWithDetails: ({ caller, query }) => ({ status: 200, body: sharedDrives.listWithDetails(caller, query) }),

  insertSharedCloudDrive: ({ caller, body }) => ({ status: 200, body: sharedDrives.insert(caller, body) }),

  updateSharedCloudDrive: ({ caller, body }) => ({ status: 200, body: sharedDrives.update(caller, body) }),

  deleteSharedCloudDrive({ caller, query }) {
    sharedDrives.remove(caller, query.id);
    return { status: 200 };
  },
});
