// Owns the proofs of the checks of Projects.
import { projectLists } from '../src/kit/directory-lists.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  misreadText,
  repeatedItem,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';
import { listProofs } from '../src/proofs/list-proofs.ts';

export const proofs: readonly Proof[] = [
  ...projectLists.flatMap(listProofs),
  ...proofsOf('projects.project.life-cycle', {
    'no-id': dropField('insertProject', 'id'),
    'new-one-is-not-listed': emptyList('getAllProjects', 'data'),
    'changes-nothing': doNothing('updateProject', 200, {}),
    'another-name': misreadText('updateProject', 'name', '-3'),
    'deletion-answers-202': setStatus('deleteProject', 202),
  }),
  ...proofsOf(
    'projects.project.life-cycle',
    {
      'deletes-nothing': doNothing('deleteProject'),
      'description-is-lost': ignoreField('updateProject', 'description'),
      'another-project-is-answered': setField('updateProject', 'id', '11111111-2222-4333-8444-555555555555'),
    },
    'SHOULD',
  ),
  ...proofsOf('projects.assignments.life-cycle', {
    'assigns-nothing': doNothing('assignSharedCloudDrive'),
    'assigning-answers-202': setStatus('assignSharedCloudDrive', 202),
    'project-is-not-listed': emptyList('getAssignedProjects', 'data'),
    'unassigns-nothing': doNothing('unassignSharedCloudDrive'),
    'unassigning-answers-202': setStatus('unassignSharedCloudDrive', 202),
  }),
  ...proofsOf(
    'projects.assignments.life-cycle',
    { 'no-id-of-the-assignment': dropField('getAssignedSharedCloudDrives', 'data[0].projectSharedCloudDrive.id') },
    'SHOULD',
  ),
  ...proofsOf('projects.assignments.again', { 'is-listed-twice': repeatedItem('getAssignedSharedCloudDrives', 'data') }),
  ...proofsOf('projects.get-all-projects-with-details.inlined', {
    'no-drives': emptyList('getAllProjectsWithDetails', 'data[0].drivesData'),
    'no-users': emptyList('getAllProjectsWithDetails', 'data[0].usersData'),
  }),
  ...proofsOf(
    'projects.get-all-projects-with-details.inlined',
    { 'no-permission': dropField('getAllProjectsWithDetails', 'data[0].usersData[0].permission') },
    'SHOULD',
  ),
  ...proofsOf('projects.projects.of-another-account', {
    'lists-them': acceptAnyToken('getAllProjects'),
    'deletes-them': acceptAnyToken('deleteProject'),
  }),
];
