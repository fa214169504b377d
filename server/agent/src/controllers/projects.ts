// Owns the Projects operations (projects.md).
import type { Assignments } from '../account/directory/assignments.ts';
import type { Projects } from '../account/directory/projects.ts';
import type { Controller } from '../http/handler.ts';

export interface ProjectDependencies {
  readonly projects: Projects;
  readonly assignments: Assignments;
}

export const projects = ({ projects: service, assignments }: ProjectDependencies): Controller<'Projects'> => ({
  getAllProjects: ({ caller, query }) => ({ status: 200, body: service.list(caller, query) }),

  getAllProjectsWithDetails: ({ caller, query }) => ({ status: 200, body: service.listWithDetails(caller, query) }),

  insertProject: ({ caller, body }) => ({ status: 200, body: service.insert(caller, body) }),

  updateProject: ({ caller, body }) => ({ status: 200, body: service.update(caller, body) }),

  deleteProject({ caller, query }) {
    service.remove(caller, query.id);
    return { status: 200 };
  },

  getAssignedSharedCloudDrives: ({ caller, query }) => ({ status: 200, body: assignments.drivesOf(caller, query.projectId, query) }),

  getAssignedProjects: ({ caller, query }) => ({ status: 200, body: assignments.projectsOf(caller, query.sharedCloudDriveId, query) }),

  assignSharedCloudDrive({ caller, body }) {
    assignments.assign(caller, body);
    return { status: 200 };
  },

  unassignSharedCloudDrive({ caller, query }) {
    assignments.unassign(caller, query.id);
    return { status: 200 };
  },
});
