// Owns the cases of the Cloud operations that one request can decide (cloud.md); what takes several is a scenario.
import type { Case } from '../src/kit/case.ts';
import type { Context } from '../src/kit/check.ts';
import type { OperationId } from '../src/kit/contract.ts';

/** cloud.md, Initiate Server Transfer: 400 when one of them is missing. */
const requiredFields = ['sourceServerUrl', 'targetServerUrl', 'sourceBucket', 'sourcePath', 'targetBucket', 'targetPath'] as const;

const serverTransfer = {
  sourceServerUrl: 'http://127.0.0.1:1',
  targetServerUrl: 'http://127.0.0.1:1',
  sourceBucket: 'bucket-a',
  sourcePath: 'files/video.mp4',
  targetBucket: 'bucket-b',
  targetPath: 'files/video.mp4',
};

const missingFields = requiredFields.map((field): Case => {
  const { [field]: _left, ...body } = serverTransfer;
  return {
    id: `cloud.initiate-server-transfer.without-${field.toLowerCase()}`,
    title: `Initiate Server Transfer answers 400 without ${field}`,
    operation: 'initiateServerTransfer',
    request: { body, invalid: true },
    expect: { status: 400 },
    level: 'MUST',
    proves: ['CLOUD-S2S-002'],
  };
});

async function unknownBucket({ given, name }: Context): Promise<{ account: { id: string; cloudType: 2048 | 4096 }; bucket: string }> {
  const { account } = await given.storage();
  return { account, bucket: name('bucket').slice(0, 60) };
}

/** What is not there is told as 499; NOT_FOUND is documented as the code for it (errors.md). */
const unknownPlaces = (
  [
    ['listObjects', 'CLOUD-UNKNOWN-003', (account: object, bucketName: string) => ({ account, request: { bucketName } })],
    [
      'deleteObject',
      'CLOUD-UNKNOWN-004',
      (account: object, storageName: string) => ({ cloudAccount: account, storageName, key: 'nothing.bin' }),
    ],
    [
      'createFolder',
      'CLOUD-UNKNOWN-005',
      (account: object, storageName: string) => ({ cloudAccount: account, storageName, path: '', folderName: 'folder' }),
    ],
  ] as const satisfies readonly (readonly [OperationId, string, (account: object, bucket: string) => object])[]
).map(([operation, requirement, body]): Case => ({
  id: `cloud.${operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.unknown-bucket`,
  title: `${operation} does not know an unknown bucket`,
  operation,
  level: 'SHOULD',
  request: async (context) => {
    const { account, bucket } = await unknownBucket(context);
    return { body: body(account, bucket) };
  },
  expect: { status: 499, errorCode: 'NOT_FOUND' },
  proves: [requirement, 'ERR-CODE-010'],
}));

export const cases: readonly Case[] = [
  ...missingFields,
  ...unknownPlaces,
  {
    id: 'cloud.get-cloud-accounts.success',
    title: 'Get Cloud Accounts lists the accounts as a plain array',
    operation: 'getCloudAccounts',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['CLOUD-ACCOUNT-001', 'ERR-STATUS-200'],
  },
  {
    id: 'cloud.get-all-client-transfers.success',
    title: 'Get All Client Transfers lists the transfers as a plain array',
    operation: 'getAllClientTransfers',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['CLOUD-CT-001'],
  },
  {
    id: 'cloud.get-all-server-transfers.success',
    title: 'Get All Server Transfers lists the transfers as a plain array',
    operation: 'getAllServerTransfers',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['CLOUD-S2S-001'],
  },
  {
    id: 'cloud.upload-object.missing-local-file',
    title: 'Upload Object refuses a local file that does not exist',
    operation: 'uploadObject',
    level: 'INFO',
    request: async ({ given }) => {
      const { account, target } = await given.storage();
      return { body: { cloudAccount: account, storageName: target, uploadPath: '', localFilePath: `${await given.folder()}/nothing.bin` } };
    },
    expect: { status: 499, errorCode: 'FILESYSTEM_ACCESS' },
  },
  {
    id: 'cloud.upload-object-from-form.broken-account',
    title: 'Upload Object From Form refuses an account that is no JSON',
    operation: 'uploadObjectFromForm',
    as: null,
    level: 'INFO',
    request: async ({ given }) => {
      await given.freshSession();
      return {
        form: {
          fields: { cloudAccountJson: '{"id":', storageName: 'bucket', uploadPath: '' },
          file: { name: 'a.bin', bytes: given.bytes(10) },
        },
      };
    },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'cloud.initiate-server-transfer.foreign-server',
    title: 'Initiate Server Transfer does not present the keys of an account to another server',
    operation: 'initiateServerTransfer',
    level: 'INFO',
    request: async ({ given }) => {
      const { account, serviceUrl } = await given.storage();
      return { body: { ...serverTransfer, sourceServerUrl: serviceUrl, sourceAccountId: account.id, targetAccountId: account.id } };
    },
    expect: { status: 499, errorCode: 'SECURITY' },
  },
  {
    id: 'cloud.list-buckets.without-token',
    title: 'List Buckets works without a token on an account whose keys the request brings',
    operation: 'listBuckets',
    as: null,
    level: 'SHOULD',
    request: async ({ given }) => {
      const { accessKey, secretKey, serviceUrl } = await given.storage();
      return { body: { cloudType: 2048, accessKey, secretKey, serviceUrl } };
    },
    expect: { status: 200 },
    proves: ['CLOUD-BUCKET-002'],
  },
];
