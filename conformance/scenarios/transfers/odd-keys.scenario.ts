// Owns downloads and uploads of objects that are odd in their size or their key: empty, very long, or stepping out of the folder.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const common = { controller: 'Cloud', level: 'SHOULD' } as const;
/** The longest key that an S3 bucket takes; no part of it is too long for a file name. */
const longestKey = 1024;
const longestPart = 200;

/** A folder that makes a key of exactly the longest length together with the name. */
function folderFor(name: string, begin: string): string {
  let folder = begin;
  while (folder.length + 1 + name.length < longestKey) {
    const room = longestKey - folder.length - 1 - name.length - 1;
    // Never a rest of nothing, which could not be a part of its own.
    const length = room > longestPart && room < longestPart + 2 ? longestPart - 2 : Math.min(longestPart, room);
    folder += `/${'k'.repeat(length)}`;
  }
  return folder;
}

export const scenarios = [
  scenario(
    'cloud.download.empty-object',
    {
      ...common,
      title: 'An empty object can be downloaded',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-DOWN-011'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage, folder] = [await given.session(), await given.storage(), await given.folder()];
      const key = await stored(storage, `${name('empty')}.bin`, Buffer.alloc(0));
      await clientState(context, api, await download(context, api, storage, { key, folder }), ['completed']);
      expect.equal(await readdir(folder), [key], 'the folder holds the file and nothing else');
      expect.equal((await readFile(join(folder, key))).length, 0, 'the file is empty');
    },
  ),
  scenario(
    'cloud.client-transfer.long-key',
    {
      ...common,
      title: 'An object whose key has 1,024 bytes can be uploaded and downloaded',
      after: [...afterUpload, ...afterDownload],
      operations: ['uploadObject', 'downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-UP-012', 'CLOUD-DOWN-012'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage, folder] = [await given.session(), await given.storage(), await given.folder()];
      const file = await given.file('file.bin', 700);
      const uploadPath = folderFor(file.name, name('up'));
      await clientState(context, api, await upload(context, api, storage, file, uploadPath), ['completed']);
      const found = await storage.objects.sha256(storage.target, `${uploadPath}/${file.name}`);
      expect.equal(found, file.sha256, 'the object equals the file (SHA-256)');
      const key = await stored(storage, `${folderFor(file.name, name('down'))}/${file.name}`, file.bytes);
      expect.equal(key.length, longestKey, 'the key has 1,024 bytes');
      await clientState(context, api, await download(context, api, storage, { key, folder }), ['completed']);
      expect.equal(await readdir(folder), [file.name], 'the folder holds the file and nothing else');
      expect.equal(sha256(await readFile(join(folder, file.name))), file.sha256, 'the file equals the object (SHA-256)');
    },
  ),
  scenario(
    'cloud.download.stays-in-its-folder',
    {
      ...common,
      title: 'A download of a folder writes nothing outside of the local one, whatever the objects are called',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-CTFAULT-008'],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const [api, storage, outer] = [await given.session(), await given.storage(), await given.folder()];
      const [prefix, folder] = [`${name('folder')}/`, join(outer, 'one', 'two')];
      await mkdir(folder, { recursive: true });
      await stored(storage, `${prefix}good.bin`, given.bytes(10));
      for (const key of ['../outside.bin', 'a/../../../outside.bin', '../../outside.bin'])
        await storage.objects.putRaw(storage.source, prefix + key, given.bytes(20));
      const listed = (await storage.objects.list(storage.source, prefix)).length;
      expect.equal(listed, 4, 'the folder holds all of them');
      const transferId = await download(context, api, storage, { key: prefix, folder, objectType: 2 });
      const { status } = await clientState(context, api, transferId, ['completed', 'failed']);
      const files = (await readdir(outer, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      const outside = files
        .map(({ parentPath, name: file }) => join(parentPath, file))
        .filter((path) => !path.startsWith(join(folder, '/')));
      expect.equal(outside, [], 'nothing lies outside of the folder');
      info.equal(status, 'failed', 'the transfer says that not all objects could be saved');
    },
  ),
];
