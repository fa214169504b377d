// Owns the proofs of the checks of UsersPermission: the same for each of the four kinds.
import { permissionLists } from '../src/kit/directory-lists.ts';
import { permissionKinds } from '../src/kit/permission-kinds.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { acceptAnyToken, doNothing, dropField, emptyList, misreadField, setStatus } from '../src/proofs/faults-http.ts';
import { listProofs } from '../src/proofs/list-proofs.ts';

export const proofs: readonly Proof[] = [
  ...permissionLists.flatMap(listProofs),
  ...permissionKinds.flatMap(({ slug, add, edit, remove, principal, resource }) => [
    ...proofsOf(`users-permission.${slug}.life-cycle`, {
      'gives-nothing': doNothing(add),
      'giving-answers-202': setStatus(add, 202),
      'principal-is-not-listed': emptyList(resource.list, 'data'),
      'resource-is-not-listed': emptyList(principal.list, 'data'),
      'changes-nothing': doNothing(edit),
      'editing-answers-202': setStatus(edit, 202),
      'deletes-nothing': doNothing(remove),
      'deleting-answers-202': setStatus(remove, 202),
    }),
    ...proofsOf(
      `users-permission.${slug}.life-cycle`,
      {
        'another-level': misreadField(add, '[0].permissionType', 1),
        'entry-without-id': dropField(resource.list, 'data[0].permission.id'),
      },
      'SHOULD',
    ),
    ...proofsOf(`users-permission.${slug}.of-another-account`, {
      'lets-delete': acceptAnyToken(remove),
      'tells-whose-it-is': acceptAnyToken(resource.list),
    }),
  ]),
];
