// Owns the proofs of the checks of users with details, of changes of users, and of the plan.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  changeType,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  ignoreParameter,
  misreadField,
  misreadParameter,
  onlyCall,
  replaceBody,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const details = 'getAllUsersWithDetails';

export const proofs: readonly Proof[] = [
  ...proofsOf('user.get-all-users-with-details.success', {
    'pages-from-0': setField(details, 'options.page', 0),
    'another-default-size': setField(details, 'options.pageSize', 20),
    'user-is-missing': emptyList(details, 'data'),
    'no-groups': dropField(details, 'data[0].userGroups'),
    'projects-as-text': changeType(details, 'data[0].projects'),
    'no-drives': dropField(details, 'data[0].sharedCloudDrives'),
    'plain-array': replaceBody(details, []),
    'answers-202': setStatus(details, 202),
  }),
  ...proofsOf('user.details.same-as-the-plain-list', {
    'size-is-ignored': ignoreParameter(details, 'pagesize'),
    'page-is-ignored': ignoreParameter(details, 'page'),
    'name-is-ignored': ignoreParameter(details, 'username'),
    'status-is-misread': misreadParameter(details, 'userStatus', '2'),
    'field-is-ignored': ignoreParameter(details, 'sortfield'),
    'direction-is-ignored': ignoreParameter(details, 'descending'),
    'another-default-order': defaultParameter(details, 'sortfield', 'Email'),
    'one-is-missing': onlyCall(1, emptyList(details, 'data')),
    'other-direction': onlyCall(1, reversed(details, 'data')),
  }),
  ...proofsOf('user.details.groups-of-a-user', {
    'has-no-groups': emptyList(details, 'data[0].userGroups'),
    'another-group': setField(details, 'data[0].userGroups[0].id', '11111111-2222-4333-8444-555555555555'),
  }),
  ...proofsOf('user.edit.omitted-fields-are-kept', {
    'answers-another-name': setField('editUser', 'lastname', 'Shown'),
    'name-is-ignored': ignoreField('editUser', 'lastname'),
    'role-is-ignored': ignoreField('editUser', 'userType'),
    'role-is-misread': misreadField('editUser', 'userType', 64),
    'left-out-is-cleared': misreadField('editUser', 'firstname', ''),
    'address-is-lost': setField('editUser', 'email', 'lost@example.com'),
    'username-changes': setField('editUser', 'username', 'Changed'),
    'does-nothing': onlyCall(2, doNothing('editUser', 200, {})),
    'whole-objects-are-refused': onlyCall(2, setStatus('editUser', 499)),
    'is-not-stored': setField('getAllUsers', 'data[0].lastname', 'Kit'),
  }),
  ...proofsOf('user.delete.gone', {
    'deletes-nothing': doNothing('deleteUser'),
    'answers-499': setStatus('deleteUser', 499),
  }),
  ...proofsOf('user.inquire-package.success', {
    'count-as-text': changeType('inquirePackage', 'adminUsers'),
    'no-storage': dropField('inquirePackage', 'storage'),
    'sso-as-text': changeType('inquirePackage', 'sso'),
    'plain-array': replaceBody('inquirePackage', []),
    'answers-202': setStatus('inquirePackage', 202),
  }),
];
