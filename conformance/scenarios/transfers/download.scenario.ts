// Owns the story of downloads: a file, a folder, and a key that is not there (cloud.md, Download Object).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scenario } from '../../src/kit/scenario.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { afterDownload, checkProgress, clientState, download, isProgressOf, MiB, stored } from '../../src/kit/transfers.ts';

const size = 9 * MiB + 77;

export const scenarios = [
  scenario(
    'cloud.download.file',
    {
      title: 'A downloaded object lies in the folder under its name, byte for byte',
      controller: 'Cloud',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-DOWN-001', 'CLOUD-DOWN-005', 'CLOUD-DOWN-006', 'CLOUD-DOWN-009', 'WS-PROGRESS-001', 'WS-PROGRESS-003'],
    },
    async (context) => {
      const { given, expect, name, deadlines } = context;
      const api = await given.session();
      const storage = await given.storage();
      const [bytes, folder, fileName] = [given.bytes(size), await given.folder(), `${name('file')}.bin`];
      const key = await stored(storage, `photos/${fileName}`, bytes);
      const channel = await given.channel('notification');
      const transferId = await download(context, api, storage, { key, folder });
      await clientState(context, api, transferId, ['completed']);
      expect.equal(await readdir(folder), [fileName], 'the folder holds the file and nothing else');
      expect.equal(sha256(await readFile(join(folder, fileName))), sha256(bytes), 'the file equals the object (SHA-256)');
      const isOurs = isProgressOf(transferId);
      await channel.waitFor((frame) => isOurs(frame) && frame.json.Data?.Status === 'Completed', {
        what: 'a Progress frame says Completed',
        deadlineMs: deadlines.frameMs,
      });
      const frames = channel.frames.filter(isOurs);
      expect.that(
        frames.every(({ json }) => json.Data?.TransferMode === 'Download'),
        '`TransferMode` is Download',
      );
      checkProgress(context, frames, size);
    },
  ),
  scenario(
    'cloud.download.directory',
    {
      title: 'Everything below a folder can be downloaded at once',
      controller: 'Cloud',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-DOWN-002'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const prefix = `${name('folder')}/`;
      const names = ['a.bin', 'b.bin', 'inner/c.bin'];
      for (const [index, item] of names.entries()) await stored(storage, `${prefix}${item}`, given.bytes(1000 + index));
      await stored(storage, `${name('folder')}-beside/d.bin`, given.bytes(9));
      const folder = await given.folder();
      const transferId = await download(context, api, storage, { key: prefix, folder, objectType: 2 });
      await clientState(context, api, transferId, ['completed']);
      const found = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      expect.equal(found.length, names.length, 'as many files as objects arrive');
      for (const [index, item] of names.entries()) {
        const path = found.find((candidate) => candidate.endsWith(join('/', item)));
        const content = path === undefined ? undefined : sha256(await readFile(path));
        expect.equal(content, sha256(given.bytes(1000 + index)), `${item} arrives at its place, byte for byte`);
      }
    },
  ),
  scenario(
    'cloud.download.unknown-object',
    {
      title: 'A download of an object that is not there fails and leaves no file',
      controller: 'Cloud',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      level: 'SHOULD',
      proves: ['CLOUD-DOWN-008'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const folder = await given.folder();
      const transferId = await download(context, api, storage, { key: `${name('nothing')}.bin`, folder });
      const { errorMessage } = await clientState(context, api, transferId, ['failed']);
      expect.that(typeof errorMessage === 'string' && errorMessage !== '', '`errorMessage` says what went wrong', errorMessage);
      expect.equal(await readdir(folder), [], 'the folder is empty');
    },
  ),
  scenario(
    'cloud.download.without-token',
    {
      title: 'Without a token a download runs for the user who is signed in',
      controller: 'Cloud',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-DOWN-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const storage = await given.storage();
      const [bytes, folder] = [given.bytes(1500), await given.folder()];
      const key = await stored(storage, `${name('file')}.bin`, bytes);
      const api = await given.freshSession();
      await clientState(context, api, await download(context, api.withToken(null), storage, { key, folder }), ['completed']);
      expect.equal(sha256(await readFile(join(folder, key))), sha256(bytes), 'the file equals the object (SHA-256)');
    },
  ),
];
