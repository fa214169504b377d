// Owns the proofs of the checks that every list of the directory has.
import type { ListUnderTest } from '../kit/list-checks.ts';
import { type Proof, proofsOf } from './fault.ts';
import {
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
} from './faults-http.ts';

export function listProofs({ operation, stem, filter }: ListUnderTest): Proof[] {
  return [
    ...proofsOf(`${stem}.success`, {
      'nothing-is-listed': emptyList(operation, 'data'),
      'another-default-order': defaultParameter(operation, 'descending', 'true'),
      'no-total': dropField(operation, 'total'),
      'plain-array': replaceBody(operation, []),
      'answers-202': setStatus(operation, 202),
    }),
    ...proofsOf(`${stem}.success`, { 'another-default-size': setField(operation, 'options.pageSize', 20) }, 'SHOULD'),
    ...proofsOf(`${stem}.page-size`, {
      'size-is-ignored': ignoreParameter(operation, 'pagesize'),
      'size-off-by-one': misreadParameter(operation, 'pagesize', '2'),
    }),
    ...proofsOf(`${stem}.pages`, {
      'page-is-ignored': misreadParameter(operation, 'page', '1'),
      'page-off-by-one': onlyCall(3, misreadParameter(operation, 'page', '3')),
    }),
    ...proofsOf(`${stem}.sorted`, {
      'direction-is-ignored': ignoreParameter(operation, 'descending'),
      'other-direction': reversed(operation, 'data'),
    }),
    ...(filter === undefined
      ? []
      : proofsOf(`${stem}.filter-by-${filter}`, {
          'filter-is-ignored': ignoreParameter(operation, filter),
          'finds-nothing': emptyList(operation, 'data'),
        })),
  ];
}
