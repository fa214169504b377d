// Owns the cases of the UsersPermission operations (userspermission.md): the same for each of the four kinds.
import type { Case } from '../src/kit/case.ts';
import { slug } from '../src/kit/derived-cases.ts';
import { someUsers, userNamed } from '../src/kit/directory.ts';
import { permissionLists } from '../src/kit/directory-lists.ts';
import { listCases } from '../src/kit/list-checks.ts';
import { type PermissionKind, permissionKinds } from '../src/kit/permission-kinds.ts';

const nothing = '11111111-2222-4333-8444-555555555555';

/** `PERM-ERROR-011` to `PERM-ERROR-014` are those of the first kind. */
const unknowns = (kind: PermissionKind, index: number): Case[] => {
  const { add, edit, principal, resource, words } = kind;
  const requirement = (digit: number): string[] => [`PERM-ERROR-0${index + 1}${digit}`, 'ERR-CODE-010'];
  const base = { level: 'SHOULD', expect: { status: 499, errorCode: 'NOT_FOUND' } } as const;
  return [
    {
      ...base,
      id: `users-permission.${slug(add)}.unknown-ids`,
      title: `A permission of ${words} is not given where neither is known`,
      operation: add,
      request: { body: [{ [principal.field]: nothing, [resource.field]: nothing, permissionType: 1 }] },
      proves: requirement(1),
    },
    {
      ...base,
      id: `users-permission.${slug(edit)}.unknown-id`,
      title: `A permission of ${words} that does not exist cannot be edited`,
      operation: edit,
      request: { body: [{ id: nothing, [principal.field]: nothing, [resource.field]: nothing, permissionType: 1 }] },
      proves: requirement(2),
    },
    ...[principal, resource].map((side, at): Case => ({
      ...base,
      id: `users-permission.${slug(side.list)}.unknown-id`,
      title: `${side.title} does not know an unknown id`,
      operation: side.list,
      request: { query: { [side.parameter]: nothing } },
      proves: requirement(3 + at),
    })),
    {
      id: `users-permission.${slug(add)}.unknown-level`,
      title: `A permission of ${words} is refused at a level that is none`,
      operation: add,
      level: 'SHOULD',
      request: async (context) => {
        const [user] = await someUsers(context, 1);
        return { body: [{ [principal.field]: user?.id ?? nothing, [resource.field]: nothing, permissionType: 4 }], invalid: true };
      },
      expect: { status: 499, errorCode: 'DEFAULT' },
      proves: [`PERM-ERROR-0${index + 1}5`],
    },
  ];
};

export const cases: readonly Case[] = [
  ...permissionLists.flatMap(listCases),
  ...permissionKinds.flatMap(unknowns),
  ...permissionKinds
    .filter(({ principal }) => principal.field === 'userId')
    .map(({ principal }): Case => ({
      id: `users-permission.${slug(principal.list)}.about-somebody-else`,
      title: `${principal.title} is refused to a user who is no administrator and asks about somebody else`,
      operation: principal.list,
      as: 'member',
      level: 'INFO',
      request: async (context) => ({ query: { userId: (await userNamed(context, context.given.credentials().username)).id } }),
      expect: { status: 499, errorCode: 'ACCESS' },
    })),
];
