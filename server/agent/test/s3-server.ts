// Owns the S3 server of the whole-agent tests: s3rver, on a free port, in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@click-kit/contract';
// @ts-expect-error s3rver brings no types
import S3rver from 's3rver';
import { forTest, type Lifetime } from './lifetime.ts';

interface Options {
  readonly address: string;
  readonly port: number;
  readonly silent: boolean;
  readonly directory: string;
  readonly configureBuckets: { name: string }[];
}
type Server = new (options: Options) => { run(): Promise<AddressInfo>; close(): Promise<void> };

export interface TestS3Server {
  readonly url: string;
  /** What an account at this server is inserted with; s3rver knows one access key and does not calculate V4 signatures. */
  readonly account: Pick<
    Schema<'InsertCloudAccountRequest'>,
    'cloudType' | 'endpoint' | 'region' | 'accessKey' | 'secretKey' | 'serviceUrl'
  >;
}

export async function s3Server(buckets: string[] = ['bucket-a', 'bucket-b'], lifetime: Lifetime = forTest): Promise<TestS3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'click-test-s3-'));
  const configureBuckets = buckets.map((name) => ({ name }));
  const server = new (S3rver as Server)({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  lifetime(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  return { url, account: { cloudType: 8, endpoint: url, region: 'us-east-1', accessKey: 'S3RVER', secretKey: 'S3RVER', serviceUrl: '' } };
}
