// Owns the proofs of the checks of Amove-managed storage in the Cloud controller.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  growing,
  ignoreField,
  ignoreParameter,
  increase,
  misreadParameter,
  misreadText,
  onlyCall,
  replaceBody,
  replaceByHtml,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const otherBucket = 'ckit-another-bucket';

export const proofs: readonly Proof[] = [
  ...proofsOf('cloud.get-amove-regions.success', {
    'in-an-object': replaceBody('getAmoveRegions', { data: [] }),
    'null-for-none': replaceBody('getAmoveRegions', null),
    'answers-html': replaceByHtml('getAmoveRegions'),
  }),
  ...proofsOf('cloud.get-amove-regions.success', { 'region-without-code': dropField('getAmoveRegions', '[0].code') }, 'SHOULD'),
  ...(['getAmoveUsage', 'getAmoveDailyUsage'] as const).flatMap((operation) =>
    proofsOf(operation === 'getAmoveUsage' ? 'cloud.get-amove-usage.success' : 'cloud.get-amove-daily-usage.success', {
      'in-an-object': replaceBody(operation, { bytes: 1 }),
      'as-text': replaceBody(operation, '104857600'),
      'null-for-none': replaceBody(operation, null),
      'less-than-nothing': replaceBody(operation, -1),
      'answers-202': setStatus(operation, 202),
    }),
  ),
  ...proofsOf('cloud.get-storj-cloud-info.success', {
    'a-number': replaceBody('getStorjCloudInfo', 17),
    'null-for-none': replaceBody('getStorjCloudInfo', null),
    'answers-html': replaceByHtml('getStorjCloudInfo'),
  }),
  ...proofsOf('cloud.amove-storage.life-cycle', {
    'no-id': dropField('addAmoveStorage', 'id'),
    'no-first-bucket': ignoreField('addAmoveStorage', 'bucketName'),
    'another-first-bucket': misreadText('addAmoveStorage', 'bucketName', '-2'),
    'is-not-listed': emptyList('getCloudAccounts', ''),
    'deletes-nothing': doNothing('deleteAmoveStorage', 200, true),
    'deletion-answers-false': replaceBody('deleteAmoveStorage', false),
    'answers-201': setStatus('addAmoveStorage', 201),
  }),
  ...proofsOf('cloud.amove-bucket.life-cycle', {
    'creates-nothing': doNothing('createAmoveBucket'),
    'another-name': misreadParameter('createAmoveBucket', 'bucketName', otherBucket),
    'deletes-nothing': doNothing('deleteAmoveBucket'),
    'creation-answers-201': setStatus('createAmoveBucket', 201),
    'deletion-answers-204': setStatus('deleteAmoveBucket', 204),
  }),
  ...proofsOf('cloud.amove-usage.after-an-upload', {
    'invented-figures': growing('getAmoveUsage', ''),
    'stays-what-it-was': setField('getAmoveUsage', '', 0),
    'tier-is-ignored': ignoreParameter('getAmoveUsage', 'storageTier'),
    'another-tier': misreadParameter('getAmoveUsage', 'storageTier', '8'),
    'still-counts-what-is-deleted': doNothing('deleteObject'),
  }),
  ...proofsOf('cloud.amove-usage.every-tier', {
    'another-default': defaultParameter('getAmoveUsage', 'storageTier', '2'),
    'another-default-of-the-daily-usage': onlyCall(1, increase('getAmoveDailyUsage', '', 1)),
  }),
  ...proofsOf('cloud.storj-storage.life-cycle', {
    'no-id': dropField('addStorjStorage', 'id'),
    'another-bucket': misreadText('addStorjStorage', 'bucketName', '-2'),
    'is-not-listed': emptyList('getCloudAccounts', ''),
    'deletes-nothing': doNothing('deleteStorjStorage', 200, true),
    'deletion-answers-false': replaceBody('deleteStorjStorage', false),
    'answers-201': setStatus('addStorjStorage', 201),
  }),
  ...proofsOf('cloud.storj-bucket.life-cycle', {
    'creates-nothing': doNothing('createStorjBucket'),
    'another-name': misreadParameter('createStorjBucket', 'bucketName', otherBucket),
    'no-info': replaceBody('getStorjBucketInfo', null),
    'info-as-text': replaceBody('getStorjBucketInfo', 'a bucket'),
    'deletes-nothing': doNothing('deleteStorjBucket'),
    'creation-answers-201': setStatus('createStorjBucket', 201),
    'deletion-answers-204': setStatus('deleteStorjBucket', 204),
  }),
];
