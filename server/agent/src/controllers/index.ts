// Owns the map of controllers: every operation of the contract, by tag, and nothing else.
import type { Tag } from '@click-kit/contract';
import type { Controller, Handlers } from '../http/handler.ts';
import { apiToken, type ApiTokenDependencies } from './api-token.ts';
import { accountLogSetting, type AccountLogSettingDependencies } from './account-log-setting.ts';
import { authentication, type AuthenticationDependencies } from './authentication.ts';
import { cloud, type CloudDependencies } from './cloud/index.ts';
import { fastrSettings, type FastrSettingsDependencies } from './fastr-settings.ts';
import { management, type ManagementDependencies } from './management.ts';
import { projects, type ProjectDependencies } from './projects.ts';
import { sharedCloudDrive, type SharedDriveDependencies } from './shared-cloud-drive.ts';
import { storage, type StorageControllerDependencies } from './storage.ts';
import { sso, type SsoDependencies } from './sso.ts';
import { transfer, type TransferDependencies } from './transfer.ts';
import { transferHistory, type TransferHistoryDependencies } from './transfer-history.ts';
import { user, type UserDependencies } from './user/index.ts';
import { type PermissionDependencies, usersPermission } from './users-permission.ts';
import { userGroup, type UserGroupDependencies } from './user-group.ts';

export type ControllerDependencies = AuthenticationDependencies &
  UserDependencies &
  ProjectDependencies &
  SharedDriveDependencies &
  PermissionDependencies &
  UserGroupDependencies &
  ManagementDependencies &
  CloudDependencies &
  StorageControllerDependencies &
  TransferDependencies &
  TransferHistoryDependencies &
  SsoDependencies &
  FastrSettingsDependencies &
  AccountLogSettingDependencies &
  ApiTokenDependencies;

export function controllers(dependencies: ControllerDependencies): Handlers {
  const byTag = {
    Authentication: authentication(dependencies),
    User: user(dependencies),
    UsersPermission: usersPermission(dependencies),
    Projects: projects(dependencies),
    SharedCloudDrive: sharedCloudDrive(dependencies),
    UserGroup: userGroup(dependencies),
    Management: management(dependencies),
    Cloud: cloud(dependencies),
    Storage: storage(dependencies),
    Transfer: transfer(dependencies),
    TransferHistory: transferHistory(dependencies),
    SSO: sso(dependencies),
    FastrSettings: fastrSettings(dependencies),
    ApiToken: apiToken(dependencies),
    AccountLogSetting: accountLogSetting(dependencies),
  } satisfies { [T in Tag]: Controller<T> };
  // `byTag` proves that every operation is there, and each under its own tag only.
  return Object.assign({}, ...Object.values(byTag)) as Handlers;
}
