import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../caller.ts';
import { by, byName, type Directory, directory } from '../testing/directory.ts';

// Small enough to meet in every combination, large enough for two ways to the same drive.
const [users, groups, projects, drives] = [3, 2, 3, 3];
type Pair = readonly [number, number];

/** A graph as plain data; indices count from 0. */
interface Graph {
  readonly activeGroups: readonly boolean[];
  readonly activeProjects: readonly boolean[];
  readonly activeDrives: readonly boolean[];
  readonly members: readonly Pair[];
  readonly userProject: readonly Pair[];
  readonly userDrive: readonly Pair[];
  readonly groupProject: readonly Pair[];
  readonly groupDrive: readonly Pair[];
  readonly projectDrive: readonly Pair[];
  readonly deletedProject: number;
  readonly deletedDrive: number;
}

const pairs = (left: number, right: number) =>
  fc.uniqueArray(fc.tuple(fc.nat(left - 1), fc.nat(right - 1)), { maxLength: 5, selector: ([l, r]) => l * 10 + r });
const mostly = (length: number) =>
  fc.array(
    fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    { minLength: length, maxLength: length },
  );
const graphs: fc.Arbitrary<Graph> = fc.record({
  activeGroups: mostly(groups),
  activeProjects: mostly(projects),
  activeDrives: mostly(drives),
  members: pairs(users, groups),
  userProject: pairs(users, projects),
  userDrive: pairs(users, drives),
  groupProject: pairs(groups, projects),
  groupDrive: pairs(groups, drives),
  projectDrive: pairs(projects, drives),
  // One beyond the last: nothing is deleted.
  deletedProject: fc.nat(projects * 2),
  deletedDrive: fc.nat(drives * 2),
});

/** The rule in words of sets, without SQL. */
function modelOf(graph: Graph, user: number): { groups: Set<number>; projects: Set<number>; drives: Set<number> } {
  const of = (links: readonly Pair[], left: number): number[] => links.filter(([l]) => l === left).map(([, right]) => right);
  const own = of(graph.members, user).filter((group) => graph.activeGroups[group]);
  const usable = (project: number): boolean => graph.activeProjects[project] === true && project !== graph.deletedProject;
  const reached = [...of(graph.userProject, user), ...own.flatMap((group) => of(graph.groupProject, group))].filter(usable);
  const lent = [
    ...of(graph.userDrive, user),
    ...own.flatMap((group) => of(graph.groupDrive, group)),
    ...reached.flatMap((project) => of(graph.projectDrive, project)),
  ].filter((drive) => graph.activeDrives[drive] === true && drive !== graph.deletedDrive);
  return { groups: new Set(own), projects: new Set(reached), drives: new Set(lent) };
}

interface World {
  readonly groups: readonly string[];
  readonly projects: readonly string[];
  readonly drives: readonly string[];
}

let here: Directory;
let accountId: string;
let admin: Caller;
let people: Caller[];
let stranger: Caller;
let cloudAccountId: string;

beforeAll(async () => {
  here = directory();
  accountId = here.addAccount('Example Org');
  admin = await here.addCaller(accountId, 'admin');
  people = await Promise.all(Array.from({ length: users }, () => here.addCaller(accountId, 'member')));
  stranger = await here.addCaller(here.addAccount('Example Studio'), 'admin');
  cloudAccountId = here.addCloudAccount(admin);
});
afterAll(() => here.close());

/** In one transaction, because each commit waits for the disk. */
const build = (graph: Graph): World => here.database.transaction(() => filled(graph))();

function filled(graph: Graph): World {
  here.database.exec('DELETE FROM user_groups; DELETE FROM projects; DELETE FROM shared_drives');
  const world: World = {
    groups: graph.activeGroups.map((active, index) =>
      here.addGroup(accountId, `group ${index}`, {
        active,
        members: graph.members.filter(([, group]) => group === index).map(([user]) => people[user]!),
      }),
    ),
    projects: graph.activeProjects.map((active, index) => here.addProject(admin, `project ${index}`, active)),
    drives: graph.activeDrives.map((active, index) => here.addDrive(admin, cloudAccountId, `drive ${index}`, active)),
  };
  const permissionType = 1;
  const user = (index: number): string => people[index]!.userId;
  const { permissions } = here;
  permissions.userProject.add(
    admin,
    graph.userProject.map(([u, p]) => ({ userId: user(u), projectId: world.projects[p]!, permissionType })),
  );
  permissions.userSharedDrive.add(
    admin,
    graph.userDrive.map(([u, d]) => ({ userId: user(u), sharedCloudDriveId: world.drives[d]!, permissionType })),
  );
  permissions.userGroupProject.add(
    admin,
    graph.groupProject.map(([g, p]) => ({ userGroupId: world.groups[g]!, projectId: world.projects[p]!, permissionType })),
  );
  permissions.userGroupSharedDrive.add(
    admin,
    graph.groupDrive.map(([g, d]) => ({ userGroupId: world.groups[g]!, sharedCloudDriveId: world.drives[d]!, permissionType })),
  );
  here.assignments.assign(
    admin,
    graph.projectDrive.map(([p, d]) => ({ projectId: world.projects[p]!, sharedCloudDriveId: world.drives[d]! })),
  );
  if (graph.deletedProject < projects) here.projects.remove(admin, world.projects[graph.deletedProject]!);
  if (graph.deletedDrive < drives) here.sharedDrives.remove(admin, world.drives[graph.deletedDrive]!);
  return world;
}

const named = (what: string, indices: Iterable<number>): string[] =>
  [...indices].toSorted((a, b) => a - b).map((index) => `${what} ${index}`);
const namesOf = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);

describe('what a caller sees', () => {
  it('is exactly what reaches the caller directly, through a group, or through a project', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        build(graph);
        for (const [index, caller] of people.entries()) {
          const model = modelOf(graph, index);
          const seen = [here.projects.list(caller, byName), here.sharedDrives.list(caller, byName)] as const;
          expect(seen.map(({ data }) => namesOf(data))).toEqual([named('project', model.projects), named('drive', model.drives)]);
          expect(seen.map(({ total }) => total)).toEqual([model.projects.size, model.drives.size]);
        }
        const all = (count: number, deleted: number): number[] =>
          Array.from({ length: count }, (_none, i) => i).filter((i) => i !== deleted);
        expect(namesOf(here.projects.list(admin, byName).data)).toEqual(named('project', all(projects, graph.deletedProject)));
        expect(namesOf(here.sharedDrives.list(admin, byName).data)).toEqual(named('drive', all(drives, graph.deletedDrive)));
        expect([here.projects.list(stranger, byName).total, here.sharedDrives.list(stranger, byName).total]).toEqual([0, 0]);
      }),
      { numRuns: 100 },
    );
  });

  it('holds for what is inlined, and for the lists of assignments and of own permissions', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const world = build(graph);
        for (const [index, caller] of people.entries()) {
          const model = modelOf(graph, index);
          const direct = (links: readonly Pair[], left: number, seen: Set<number>): number[] =>
            links.filter(([l, r]) => l === left && seen.has(r)).map(([, r]) => r);
          for (const project of here.projects.listWithDetails(caller, byName).data) {
            const at = Number(project.name.at(-1));
            const drivesOf = direct(graph.projectDrive, at, model.drives);
            expect(namesOf(project.drivesData.map(({ sharedCloudDrive }) => sharedCloudDrive))).toEqual(named('drive', drivesOf));
            expect(project.usersData.map(({ user }) => user.id)).toEqual(
              graph.userProject.some(([u, p]) => u === index && p === at) ? [caller.userId] : [],
            );
            const groupsOf = graph.groupProject.filter(([g, p]) => p === at && model.groups.has(g)).map(([g]) => g);
            expect(namesOf(project.groupsData.map(({ userGroup }) => userGroup))).toEqual(named('group', groupsOf));
            const assigned = here.assignments.drivesOf(caller, project.id, by('SharedCloudDrive.Name'));
            expect(namesOf(assigned.data.map(({ sharedCloudDrive }) => sharedCloudDrive!))).toEqual(named('drive', drivesOf));
          }
          for (const drive of here.sharedDrives.listWithDetails(caller, byName).data) {
            const at = Number(drive.name.at(-1));
            const projectsOf = graph.projectDrive.filter(([p, d]) => d === at && model.projects.has(p)).map(([p]) => p);
            expect(namesOf(drive.projectsData.map(({ project }) => project))).toEqual(named('project', projectsOf));
          }
          const own = here.permissions.userProject.page('right', caller, caller.userId, by('Project.Name'));
          expect(namesOf(own.data.map(({ project }) => project))).toEqual(
            named('project', direct(graph.userProject, index, model.projects)),
          );
          for (const [project, id] of world.projects.entries()) {
            if (model.projects.has(project)) continue;
            expect(() => here.assignments.drivesOf(caller, id, by('SharedCloudDrive.Name'))).toThrow(
              expect.objectContaining({ code: 'NOT_FOUND' }),
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never depends on rows of what is deleted: they go with it', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const world = build(graph);
        for (const id of [world.projects[graph.deletedProject], world.drives[graph.deletedDrive]]) {
          if (id === undefined) continue;
          for (const [table, column] of [
            ['user_project_permissions', 'project_id'],
            ['user_group_project_permissions', 'project_id'],
            ['project_shared_drives', 'project_id'],
            ['user_shared_drive_permissions', 'shared_drive_id'],
            ['user_group_shared_drive_permissions', 'shared_drive_id'],
            ['project_shared_drives', 'shared_drive_id'],
          ])
            expect(here.database.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`).get(id)).toEqual({ n: 0 });
        }
      }),
      { numRuns: 20 },
    );
  });
});
