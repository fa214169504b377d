// Owns the proofs of the checks of UserGroup.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  ignoreParameter,
  misreadField,
  misreadParameter,
  misreadText,
  offByOnePage,
  onlyCall,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const [list, details, members, joined] = [
  'getAllUserGroups',
  'getAllUserGroupsWithDetails',
  'getAssignedUsers',
  'getAssignedUserGroups',
] as const;
const anotherId = '11111111-2222-4333-8444-555555555555';

export const proofs: readonly Proof[] = [
  ...proofsOf('user-group.life-cycle', {
    'no-id': dropField('insertUserGroup', 'id'),
    'inserts-nothing': doNothing('insertUserGroup', 200, { id: anotherId, name: 'x', description: '', active: true }),
    'another-id': setField('insertUserGroup', 'id', anotherId),
    'new-group-is-not-listed': onlyCall(1, emptyList(list, 'data')),
    'changes-nothing': ignoreField('updateUserGroup', 'name'),
    'name-is-misread': misreadText('updateUserGroup', 'name', ' 2'),
    'change-is-not-stored': doNothing('updateUserGroup', 200, { id: anotherId, name: 'x', description: '', active: true }),
    'answers-the-old-name': setField('updateUserGroup', 'name', 'Old'),
    'deletion-fails': setStatus('deleteUserGroup', 499),
  }),
  ...proofsOf(
    'user-group.life-cycle',
    {
      'description-is-lost': ignoreField('updateUserGroup', 'description'),
      'active-is-lost': setField('insertUserGroup', 'active', false),
    },
    'SHOULD',
  ),
  ...proofsOf('user-group.listing', {
    'size-is-ignored': ignoreParameter(list, 'pagesize'),
    'page-is-ignored': misreadParameter(list, 'page', '1'),
    'page-off-by-one': onlyCall(3, misreadParameter(list, 'page', '3')),
    'name-is-ignored': ignoreParameter(list, 'name'),
    'finds-nothing': onlyCall(4, emptyList(list, 'data')),
    'descends-by-default': defaultParameter(list, 'descending', 'true'),
    'other-direction': onlyCall(5, reversed(list, 'data')),
    'direction-is-ignored': ignoreParameter(list, 'descending'),
  }),
  ...proofsOf('user-group.details', {
    'group-is-missing': emptyList(details, 'data'),
    'members-are-missing': emptyList(details, 'data[0].usersData'),
    'name-is-ignored': ignoreParameter(details, 'name'),
  }),
  ...proofsOf('user-group.details', { 'member-is-no-user': dropField(details, 'data[0].usersData[0].user.username') }, 'SHOULD'),
  ...proofsOf('user-group.membership', {
    'assigns-nobody': doNothing('assignUsers'),
    'answers-202': setStatus('assignUsers', 202),
    'user-is-misread': misreadField('assignUsers', '[0].userId', anotherId),
    'group-has-no-users': emptyList(members, 'data'),
    'user-has-no-groups': emptyList(joined, 'data'),
    'no-assignment-id': dropField(members, 'data[0].userUserGroup.id'),
    'unassigns-nobody': doNothing('unassignUser'),
    'unassigning-fails': setStatus('unassignUser', 499),
  }),
  ...proofsOf(
    'user-group.membership',
    { 'no-user': dropField(members, 'data[0].user'), 'two-assignments': setField(joined, 'data[0].userUserGroup.id', anotherId) },
    'SHOULD',
  ),
  ...proofsOf('user-group.unassign.other-ids', { 'takes-the-user-out': emptyList(members, 'data') }),
  ...proofsOf('user-group.members.listing', {
    'size-is-ignored': ignoreParameter(members, 'pagesize'),
    'page-is-ignored': ignoreParameter(members, 'page'),
    'begins-one-late': onlyCall(3, offByOnePage(members, 'data')),
    'name-is-ignored': ignoreParameter(members, 'username'),
    'descends-by-default': defaultParameter(members, 'descending', 'true'),
    'another-default-field': reversed(members, 'data'),
    'direction-is-ignored': ignoreParameter(members, 'descending'),
    'assigns-one-only': doNothing('assignUsers'),
  }),
  ...proofsOf('user-group.joined.listing', {
    'size-is-ignored': ignoreParameter(joined, 'pagesize'),
    'page-is-ignored': ignoreParameter(joined, 'page'),
    'name-is-ignored': ignoreParameter(joined, 'name'),
    'descends-by-default': defaultParameter(joined, 'descending', 'true'),
    'another-default-field': reversed(joined, 'data'),
    'direction-is-ignored': ignoreParameter(joined, 'descending'),
  }),
  ...proofsOf('user-group.import.maps-users', {
    'imports-nothing': doNothing('importUsers'),
    'answers-202': setStatus('importUsers', 202),
    'one-group-only': misreadField('importUsers', '[0].userGroups[1]', { name: 'Another group' }),
  }),
  ...proofsOf('user-group.isolation', {
    'anybody-sees-the-groups': acceptAnyToken(list),
    'anybody-sees-their-details': acceptAnyToken(details),
    'anybody-sees-the-users': onlyCall(2, acceptAnyToken('getAllUsers')),
    'anybody-sees-users-with-details': acceptAnyToken('getAllUsersWithDetails'),
  }),
];
