// Owns the map of controllers: every operation of the contract, by tag, and nothing else.
import type { Tag } from '@click-kit/contract';
import type { Controller, Handlers } from '../http/handler.ts';
import { authentication, type AuthenticationDependencies } from './authentication.ts';
import { cloud, type CloudDependencies } from './cloud/index.ts';
import { management, type ManagementDependencies } from './management.ts';
import { storage, type StorageControllerDependencies } from './storage.ts';
import { transferHistory, type TransferHistoryDependencies } from './transfer-history.ts';
import { user, type UserDependencies } from './user.ts';

export type ControllerDependencies = AuthenticationDependencies &
  UserDependencies &
  ManagementDependencies &
  CloudDependencies &
  StorageControllerDependencies &
  TransferHistoryDependencies;

export function controllers(dependencies: ControllerDependencies): Handlers {
  const byTag = {
    Authentication: authentication(dependencies),
    User: user(dependencies),
    Management: management(dependencies),
    Cloud: cloud(dependencies),
    Storage: storage(dependencies),
    TransferHistory: transferHistory(dependencies),
  } satisfies { [T in Tag]: Controller<T> };
  return { ...byTag.Authentication, ...byTag.User, ...byTag.Management, ...byTag.Cloud, ...byTag.Storage, ...byTag.TransferHistory };
}
