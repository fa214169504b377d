// Owns the proofs of the checks of User.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  changeType,
  defaultParameter,
  dropField,
  emptyList,
  ignoreParameter,
  misreadParameter,
  onlyCall,
  replaceBody,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('user.get-all-users.success', {
    'pages-from-0': setField('getAllUsers', 'options.page', 0),
    'another-default-size': setField('getAllUsers', 'options.pageSize', 20),
    'no-total': dropField('getAllUsers', 'total'),
    'total-as-text': changeType('getAllUsers', 'total'),
    'user-is-missing': emptyList('getAllUsers', 'data'),
    'plain-array': replaceBody('getAllUsers', []),
    'answers-202': setStatus('getAllUsers', 202),
  }),
  ...proofsOf('user.get-all-users.success', { 'user-without-name': dropField('getAllUsers', 'data[0].username') }, 'SHOULD'),
  ...proofsOf('user.get-all-users.page-size', {
    'size-is-ignored': ignoreParameter('getAllUsers', 'pagesize'),
    'size-off-by-one': misreadParameter('getAllUsers', 'pagesize', '2'),
    'size-is-not-echoed': setField('getAllUsers', 'options.pageSize', 50),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.filter-by-username', {
    'filter-is-ignored': ignoreParameter('getAllUsers', 'username'),
    'finds-nobody': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.filter-by-status', {
    'another-status': setField('getAllUsers', 'data[0].status', 2),
    'filter-is-misread': misreadParameter('getAllUsers', 'userStatus', '2'),
    'finds-nobody': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.sorted', {
    'other-direction': reversed('getAllUsers', 'data'),
    'direction-is-misread': misreadParameter('getAllUsers', 'descending', 'true'),
    'both-are-ignored': misreadParameter('getAllUsers', 'sortfield', 'Lastname'),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.pages', {
    'page-is-ignored': misreadParameter('getAllUsers', 'page', '1'),
    'page-off-by-one': onlyCall(3, misreadParameter('getAllUsers', 'page', '3')),
    'one-user-twice': onlyCall(1, misreadParameter('getAllUsers', 'pagesize', '1')),
  }),
  ...proofsOf('user.get-all-users.default-order', {
    'oldest-first': defaultParameter('getAllUsers', 'descending', 'false'),
    'other-direction': reversed('getAllUsers', 'data'),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.every-status', {
    'another-default': defaultParameter('getAllUsers', 'userStatus', '2'),
    'one-is-missing': onlyCall(1, emptyList('getAllUsers', 'data')),
  }),
];
