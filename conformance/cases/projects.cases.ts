// Owns the cases of the Projects operations (projects.md).
import type { Case } from '../src/kit/case.ts';
import { newDrive, newProject, shortName } from '../src/kit/directory.ts';
import { projectLists } from '../src/kit/directory-lists.ts';
import { listCases } from '../src/kit/list-checks.ts';

const nothing = '11111111-2222-4333-8444-555555555555';

export const cases: readonly Case[] = [
  ...projectLists.flatMap(listCases),
  {
    id: 'projects.insert-project.without-name',
    title: 'Insert Project refuses a project without a name',
    operation: 'insertProject',
    level: 'SHOULD',
    request: { body: { description: 'A project without a name', active: true }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['PROJ-ERROR-001'],
  },
  {
    id: 'projects.insert-project.duplicate-name',
    title: 'Insert Project refuses a name that is taken, in whatever case',
    operation: 'insertProject',
    level: 'INFO',
    request: async (context) => ({ body: { name: (await newProject(context, 'taken')).name.toUpperCase() } }),
    expect: { status: 499, errorCode: 'DUPLICATE' },
  },
  {
    id: 'projects.update-project.unknown-id',
    title: 'Update Project does not know an unknown id',
    operation: 'updateProject',
    level: 'SHOULD',
    request: async (context) => ({ body: { id: nothing, name: shortName(context, 'nothing'), description: '', active: true } }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['PROJ-ERROR-002', 'ERR-CODE-010'],
  },
  ...(['getAssignedSharedCloudDrives', 'getAssignedProjects'] as const).map((operation): Case => {
    const isOfProject = operation === 'getAssignedSharedCloudDrives';
    return {
      id: `projects.${isOfProject ? 'get-assigned-shared-cloud-drives' : 'get-assigned-projects'}.unknown-id`,
      title: `${isOfProject ? 'Get Assigned Shared Cloud Drives' : 'Get Assigned Projects'} does not know an unknown id`,
      operation,
      level: 'SHOULD',
      request: { query: { [isOfProject ? 'projectId' : 'sharedCloudDriveId']: nothing } },
      expect: { status: 499, errorCode: 'NOT_FOUND' },
      proves: [isOfProject ? 'PROJ-ERROR-003' : 'PROJ-ERROR-004', 'ERR-CODE-010'],
    };
  }),
  {
    id: 'projects.assign-shared-cloud-drive.unknown-project',
    title: 'Assign Shared Cloud Drive does not know an unknown project',
    operation: 'assignSharedCloudDrive',
    level: 'SHOULD',
    request: async (context) => ({ body: [{ projectId: nothing, sharedCloudDriveId: (await newDrive(context, 'drive')).id }] }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['PROJ-ERROR-005', 'ERR-CODE-010'],
  },
  {
    id: 'projects.assign-shared-cloud-drive.unknown-drive',
    title: 'Assign Shared Cloud Drive does not know an unknown drive',
    operation: 'assignSharedCloudDrive',
    level: 'SHOULD',
    request: async (context) => ({ body: [{ projectId: (await newProject(context, 'project')).id, sharedCloudDriveId: nothing }] }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['PROJ-ERROR-005', 'ERR-CODE-010'],
  },
];
