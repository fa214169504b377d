// Owns the two ends of a crashed transfer: what a store shows under a name, what it keeps of unfinished uploads, and making room again.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { bucket, keys, s3ClientOf } from '../parts/servers.ts';
import { sha256OfFile } from '../parts/workspace.ts';

/** SHA-256 over the names and contents of everything below a place; undefined while there is nothing. */
export type Fingerprint = string | undefined;

export interface Store {
  fingerprint(folder: string): Promise<Fingerprint>;
  /** What nobody will ever ask for again, once its transfer has ended. */
  debris(): Promise<readonly string[]>;
  /** Removes what a point has brought, and debris too, so that each point answers for its own. */
  clear(folder: string): Promise<void>;
}

async function fingerprintOf(files: readonly { name: string; path: string }[]): Promise<Fingerprint> {
  if (files.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { name, path } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) hash.update(`${name}\0${await sha256OfFile(path)}\n`);
  return hash.digest('hex');
}

function filesBelow(folder: string): { name: string; path: string }[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => ({ name, path: join(parentPath, name) }));
}

/** Files of the agent itself: a part file is debris, and shown under no name. */
export function folderStore(root: string): Store {
  const partFiles = (): string[] =>
    filesBelow(root)
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.part'));
  return {
    fingerprint: (folder) => fingerprintOf(filesBelow(join(root, folder)).filter(({ name }) => !name.endsWith('.part'))),
    debris: async () => partFiles(),
    async clear(folder) {
      for (const path of [join(root, folder), ...partFiles()]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The object server of this kit: what it shows is asked for, what it keeps aside lies in its folder. */
export function objectStore(url: string, dataDir: string): Store {
  const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
  const list = async (folder: string): Promise<string[]> => {
    const answer = await fetch(`${url}/${bucket}?prefix=${encodeURIComponent(`${folder}/`)}&max-keys=1000`, { headers });
    return ((await answer.json()) as { objects: { key: string }[] }).objects.map(({ key }) => key);
  };
  const aside = (): string[] =>
    ['staging', 'uploads']
      .flatMap((name) => filesBelow(join(dataDir, name)))
      // A finished upload leaves a note without bytes, for a client that lost the last answer.
      .filter(({ name }) => !/(?:info\.json|progress)$/.test(name))
      .map(({ path }) => path);
  const answeredFor = new Set<string>();
  return {
    async fingerprint(folder) {
      const hash = createHash('sha256');
      const names = (await list(folder)).toSorted();
      for (const key of names) {
        const answer = await fetch(`${url}/${bucket}/${key}`, { headers });
        const inner = createHash('sha256');
        for await (const piece of answer.body ?? []) inner.update(piece);
        hash.update(`${key.split('/').at(-1)}\0${inner.digest('hex')}\n`);
      }
      return names.length === 0 ? undefined : hash.digest('hex');
    },
    debris: async () => aside().filter((path) => !answeredFor.has(path)),
    async clear(folder) {
      for (const key of await list(folder)) await fetch(`${url}/${bucket}/${key}`, { method: 'DELETE', headers });
      // Left where it is: the server would not know what became of it.
      for (const path of aside()) answeredFor.add(path);
    },
  };
}

/** The Versity gateway: its objects are files, its unfinished uploads are asked for. */
export function versityStore(url: string, objects: string): Store {
  const client = s3ClientOf(url);
  const uploads = async () => (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
  return {
    fingerprint: (folder) => fingerprintOf(filesBelow(join(objects, folder))),
    debris: async () => (await uploads()).map(({ Key, UploadId }) => `upload ${UploadId} of ${Key}`),
    async clear(folder) {
      for (const { Key, UploadId } of await uploads())
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })).catch(() => undefined);
      rmSync(join(objects, folder), { recursive: true, force: true });
    },
  };
}
