// Owns the cases of the P2P operations that one request can decide (cloud.md, P2P Client Transfers).
import type { Case } from '../src/kit/case.ts';

const required = ['sourceAccount', 'sourceBucket', 'sourcePath', 'targetServerUrl', 'targetBucket', 'targetPath'] as const;

const transfer = {
  sourceAccount: { cloudType: 2048, serviceUrl: 'http://127.0.0.1:1', accessKey: 'EXAMPLE_ACCESS_KEY', secretKey: 'EXAMPLE_SECRET_KEY' },
  sourceBucket: 'bucket-a',
  sourcePath: 'files/video.mp4',
  targetServerUrl: 'http://127.0.0.1:1',
  targetBucket: 'bucket-b',
  targetPath: 'files/video.mp4',
};

/** The fields are documented as required; what leaving one out is answered follows from the error model. */
const missingFields = required.map((field): Case => {
  const { [field]: _left, ...body } = transfer;
  return {
    id: `cloud.initiate-p2-ptransfer.without-${field.toLowerCase()}`,
    title: `Initiate P2P Transfer is refused without ${field}`,
    operation: 'initiateP2PTransfer',
    request: { body, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    level: 'SHOULD',
    proves: ['CLOUD-P2P-014', 'ERR-STATUS-499', 'ERR-CODE-002'],
  };
});

export const cases: readonly Case[] = [
  ...missingFields,
  {
    id: 'cloud.get-all-p2-ptransfers.success',
    title: 'Get All P2P Transfers lists the transfers as a plain array',
    operation: 'getAllP2PTransfers',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['CLOUD-P2P-001'],
  },
  ...[0, 1025].map((chunkSizeMB): Case => ({
    id: `cloud.initiate-p2-ptransfer.chunk-size-${chunkSizeMB}`,
    title: `Initiate P2P Transfer refuses chunks of ${chunkSizeMB} MB`,
    operation: 'initiateP2PTransfer',
    level: 'INFO',
    request: { body: { ...transfer, chunkSizeMB }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
  })),
  {
    id: 'cloud.initiate-p2-ptransfer.foreign-server',
    title: 'Initiate P2P Transfer does not give the keys of an account to another server',
    operation: 'initiateP2PTransfer',
    level: 'INFO',
    request: async ({ given }) => {
      const { account } = await given.storage();
      return { body: { ...transfer, targetAccount: account } };
    },
    expect: { status: 499, errorCode: 'SECURITY' },
  },
];
