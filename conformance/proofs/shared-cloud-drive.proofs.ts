// Owns the proofs of the checks of SharedCloudDrive.
import { driveLists } from '../src/kit/directory-lists.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  doNothing,
  dropField,
  emptyList,
  misreadField,
  misreadText,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';
import { listProofs } from '../src/proofs/list-proofs.ts';

const invitations = [
  ['directly', 'addUserSharedCloudDrivePermission', 'deleteUserSharedCloudDrivePermission'],
  ['through-a-group', 'addUserGroupSharedCloudDrivePermission', 'deleteUserGroupSharedCloudDrivePermission'],
  ['through-a-project', 'addUserProjectPermission', 'deleteUserProjectPermission'],
  ['through-a-group-on-a-project', 'addUserGroupProjectPermission', 'deleteUserGroupProjectPermission'],
] as const;

export const proofs: readonly Proof[] = [
  ...driveLists.flatMap(listProofs),
  ...proofsOf('shared-cloud-drive.drive.life-cycle', {
    'no-id': dropField('insertSharedCloudDrive', 'id'),
    'new-one-is-not-listed': emptyList('getAllSharedCloudDrives', 'data'),
    'changes-nothing': doNothing('updateSharedCloudDrive', 200, {}),
    'another-name': misreadText('updateSharedCloudDrive', 'name', '-3'),
    'deletion-answers-202': setStatus('deleteSharedCloudDrive', 202),
  }),
  ...proofsOf(
    'shared-cloud-drive.drive.life-cycle',
    {
      'deletes-nothing': doNothing('deleteSharedCloudDrive'),
      'another-prefix': misreadField('insertSharedCloudDrive', 'prefix', ''),
      'another-sync-type': setField('getAllSharedCloudDrives', 'data[0].syncType', 1),
    },
    'SHOULD',
  ),
  ...proofsOf('shared-cloud-drive.drive.objects-per-folder', {
    'another-default': setField('insertSharedCloudDrive', 'objectsPerFolder', 1000),
    'has-to-be-sent': setStatus('insertSharedCloudDrive', 499),
  }),
  ...proofsOf('shared-cloud-drive.get-all-shared-cloud-drives-with-details.inlined', {
    'no-projects': emptyList('getAllSharedCloudDrivesWithDetails', 'data[0].projectsData'),
    'no-users': emptyList('getAllSharedCloudDrivesWithDetails', 'data[0].usersData'),
  }),
  ...proofsOf('shared-cloud-drive.drives.of-another-account', {
    'lists-them': acceptAnyToken('getAllSharedCloudDrives'),
    'deletes-them': acceptAnyToken('deleteSharedCloudDrive'),
  }),
  ...invitations.flatMap(([how, add, remove]) => [
    ...proofsOf(`shared-cloud-drive.invite.${how}`, { 'lends-nothing': doNothing(add) }),
    ...proofsOf(
      `shared-cloud-drive.invite.${how}`,
      { 'shows-every-drive': acceptAnyToken('getAllSharedCloudDrives'), 'stays-lent': doNothing(remove) },
      'INFO',
    ),
  ]),
];
