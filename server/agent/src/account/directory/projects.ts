// Owns the projects of an account (projects.md).
import { randomUUID } from 'node:crypto';
import type { FilledSchema, Schema } from '@click-kit/contract';
import type { projectEntity } from '../../store/directory-entities.ts';
import type { ProjectRow } from '../../store/directory-rows.ts';
import type { NamedStore } from '../../store/named-store.ts';
import type { Caller } from '../caller.ts';
import { collectionOf } from '../paging.ts';
import { userOf } from '../users.ts';
import type { Assignments } from './assignments.ts';
import { bit, nameOf } from './input.ts';
import { type NamedListQuery, NamedThings } from './named-things.ts';
import type { DirectoryPermissions } from './permission-kinds.ts';
import { projectOf, userGroupOf } from './views.ts';

export interface ProjectDependencies {
  readonly store: NamedStore<ProjectRow, typeof projectEntity.sorts>;
  readonly permissions: Pick<DirectoryPermissions, 'userProject' | 'userGroupProject'>;
  readonly assignments: Assignments;
  readonly now: () => number;
  readonly max: number;
  readonly newId?: () => string;
}

export class Projects {
  readonly #things: NamedThings<ProjectRow, typeof projectEntity.sorts>;
  readonly #permissions: ProjectDependencies['permissions'];
  readonly #assignments: Assignments;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor({ store, permissions, assignments, now, max, newId = randomUUID }: ProjectDependencies) {
    this.#things = new NamedThings(store, 'project', max);
    this.#permissions = permissions;
    this.#assignments = assignments;
    this.#now = now;
    this.#newId = newId;
  }

  list(caller: Caller, query: NamedListQuery): Schema<'ProjectCollection'> {
    return collectionOf(this.#things.page(caller, query), query, projectOf);
  }

  listWithDetails(caller: Caller, query: NamedListQuery): Schema<'ProjectWithDetailsCollection'> {
    const page = this.#things.page(caller, query);
    const ids = page.rows.map(({ id }) => id);
    const users = this.#permissions.userProject.inlined(caller, ids, ({ left }, permission) => ({ user: userOf(left), permission }));
    const groups = this.#permissions.userGroupProject.inlined(caller, ids, ({ left }, permission) => ({
      userGroup: userGroupOf(left),
      permission,
    }));
    const drives = this.#assignments.drivesInlined(caller, ids);
    return collectionOf(page, query, (row) => ({
      ...projectOf(row),
      usersData: users(row.id),
      groupsData: groups(row.id),
      drivesData: drives(row.id),
    }));
  }

  insert(caller: Caller, { name, description, active }: FilledSchema<'InsertProjectRequest'>): Schema<'Project'> {
    const own = { id: this.#newId(), accountId: caller.accountId, createDate: this.#now() };
    return projectOf(this.#things.insert({ ...own, name: nameOf(name, 'project'), description, active: bit(active) }));
  }

  /** What is left out stays as it is (chosen). */
  update(caller: Caller, { id, name, description, active }: Schema<'UpdateProjectRequest'>): Schema<'Project'> {
    const changed = this.#things.change(caller, id, (row) => ({
      ...row,
      name: name === undefined ? row.name : nameOf(name, 'project'),
      description: description ?? row.description,
      active: active === undefined ? row.active : bit(active),
    }));
    return projectOf(changed);
  }

  remove(caller: Caller, id: string): void {
    this.#things.remove(caller, id);
  }
}
