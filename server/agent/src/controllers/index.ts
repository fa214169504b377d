// Owns the map of controllers: every operation of the contract, by tag, and nothing else.
import type { Tag } from '@click-kit/contract';
import type { Controller, Handlers } from '../http/handler.ts';
import { authentication, type AuthenticationDependencies } from './authentication.ts';
import { cloud, type CloudDependencies } from './cloud/index.ts';
import { management, type ManagementDependencies } from './management.ts';
import { sso, type SsoDependencies } from './sso.ts';
import { transferHistory, type TransferHistoryDependencies } from './transfer-history.ts';
import { user, type UserDependencies } from './user.ts';

export type ControllerDependencies = AuthenticationDependencies &
  UserDependencies &
  ManagementDependencies &
  CloudDependencies &
  TransferHistoryDependencies &
  SsoDependencies;

export function controllers(dependencies: ControllerDependencies): Handlers {
  const byTag = {
    Authentication: authentication(dependencies),
    User: user(dependencies),
    Management: management(dependencies),
    Cloud: cloud(dependencies),
    TransferHistory: transferHistory(dependencies),
    SSO: sso(dependencies),
  } satisfies { [T in Tag]: Controller<T> };
  return { ...byTag.Authentication, ...byTag.User, ...byTag.Management, ...byTag.Cloud, ...byTag.TransferHistory, ...byTag.SSO };
}
