// Owns the object servers of the whole-agent tests: real ones, on free ports, in temporary folders.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectServer } from '@click-kit/object-server';
import { forTest, type Lifetime } from './lifetime.ts';

export const keys = { accessKey: 'test-access-key', secretKey: 'test-secret-key-3141' };

export interface TestObjectServer {
  readonly url: string;
  /** Stops it before the end of the test. */
  close(): Promise<void>;
  /** The object's bytes as a bare HTTP client gets them; undefined when there is none. */
  get(bucket: string, key: string): Promise<Buffer | undefined>;
  put(bucket: string, key: string, bytes: Buffer | string): Promise<void>;
  list(bucket: string): Promise<string[]>;
  /** Files of uploads and writes that are not finished, or were never cleaned up. */
  unfinished(): Promise<string[]>;
}

export async function objectServer(buckets: string[] = ['bucket-a', 'bucket-b'], lifetime: Lifetime = forTest): Promise<TestObjectServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'click-test-objects-'));
  const server = await startObjectServer({ dataDir, port: 0, ...keys, buckets });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= server.close());
  lifetime(async () => {
    await close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
  const urlOf = (bucket: string, key: string): string => `${server.url}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return {
    url: server.url,
    close,
    async get(bucket, key) {
      const answer = await fetch(urlOf(bucket, key), { headers });
      return answer.status === 404 ? undefined : Buffer.from(await answer.arrayBuffer());
    },
    async put(bucket, key, bytes) {
      const answer = await fetch(urlOf(bucket, key), { method: 'PUT', headers, body: new Uint8Array(Buffer.from(bytes)) });
      if (!answer.ok) throw new Error(`PUT ${key}: ${answer.status}`);
    },
    async list(bucket) {
      const answer = await fetch(`${server.url}/${bucket}?max-keys=1000`, { headers });
      return ((await answer.json()) as { objects: { key: string }[] }).objects.map(({ key }) => key);
    },
    async unfinished() {
      const entries = await Promise.all(['staging', 'uploads'].map((folder) => readdir(join(dataDir, folder), { recursive: true })));
      // A finished upload leaves a note without bytes, for a client that lost the last answer.
      return entries.flat().filter((name) => !/^[0-9a-f]{32}$|(?:info\.json|progress)$/.test(name));
    },
  };
}
