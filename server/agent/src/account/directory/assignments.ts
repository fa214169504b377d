// Owns which shared drives are assigned to which projects (projects.md).
import type { Schema } from '@click-kit/contract';
import type { ProjectRow, SharedDriveRow } from '../../store/directory-rows.ts';
import type { LinkRow } from '../../store/link-store.ts';
import type { Caller } from '../caller.ts';
import type { ListQuery } from '../paging.ts';
import type { Links } from './links.ts';
import { projectOf, sharedDriveOf } from './views.ts';

export const assignmentOf = ({ id, leftId, rightId }: LinkRow): Schema<'ProjectSharedCloudDrive'> => ({
  id,
  projectId: leftId,
  sharedCloudDriveId: rightId,
});

export class Assignments {
  readonly #links: Links<ProjectRow, SharedDriveRow>;

  constructor(links: Links<ProjectRow, SharedDriveRow>) {
    this.#links = links;
  }

  /** Pairs that exist already are skipped silently (Web API). */
  assign(caller: Caller, pairs: Schema<'AssignSharedCloudDriveRequest'>): void {
    this.#links.put(
      caller,
      pairs.map(({ projectId, sharedCloudDriveId }) => ({ leftId: projectId, rightId: sharedCloudDriveId, level: 1 })),
    );
  }

  unassign(caller: Caller, id: string): void {
    this.#links.remove(caller, id);
  }

  drivesOf(caller: Caller, projectId: string, query: ListQuery): Schema<'SharedCloudDriveProjectCollection'> {
    return this.#links.page('right', caller, { ...query, of: projectId }, (link) => ({
      sharedCloudDrive: sharedDriveOf(link.right),
      projectSharedCloudDrive: assignmentOf(link),
    }));
  }

  projectsOf(caller: Caller, driveId: string, query: ListQuery): Schema<'SharedCloudDriveProjectCollection'> {
    return this.#links.page('left', caller, { ...query, of: driveId }, (link) => ({
      project: projectOf(link.left),
      projectSharedCloudDrive: assignmentOf(link),
    }));
  }

  drivesInlined(caller: Caller, projectIds: readonly string[]): (id: string) => Schema<'ProjectWithDetailsDTO'>['drivesData'] {
    return this.#links.among('left', caller, projectIds, (link) => ({
      sharedCloudDrive: sharedDriveOf(link.right),
      projectSharedCloudDrive: assignmentOf(link),
    }));
  }

  projectsInlined(caller: Caller, driveIds: readonly string[]): (id: string) => Schema<'SharedCloudDriveWithDetailsDTO'>['projectsData'] {
    return this.#links.among('right', caller, driveIds, (link) => ({
      project: projectOf(link.left),
      projectSharedCloudDrive: assignmentOf(link),
    }));
  }
}
