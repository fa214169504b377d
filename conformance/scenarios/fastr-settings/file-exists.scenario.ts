// Owns what becomes of a file or an object that is there already (fastr_settings.md, FileExistsAction).
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { storageWith } from '../../src/kit/fastr-settings.ts';
import { isChange } from '../../src/kit/faulty-storage.ts';
import type { LocalFile } from '../../src/kit/given.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { startRequestLog } from '../../src/kit/request-log.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { afterDownload, afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const actions = { overwrite: 0, skipIfSame: 1, keepBoth: 2 } as const;
const operations = ['insertFastrSettings', 'uploadObject', 'getClientTransferStatus'] as const;
const common = { controller: 'FastrSettings', after: afterUpload, operations } as const;
const hourMs = 3_600_000;

/** Into a folder of the file's own: how a copy beside it is called is not stated. */
const folderOf = ({ name }: LocalFile): string => name.replace(/\.\w+$/, '-folder');

async function uploaded(context: Context, api: Api, storage: Storage, file: LocalFile): Promise<void> {
  await clientState(context, api, await upload(context, api, storage, file, folderOf(file)), ['completed']);
}

/** Puts other bytes into the file, and answers them. */
async function rewritten({ given }: Context, file: LocalFile, size: number): Promise<Buffer> {
  const bytes = given.bytes(size);
  await writeFile(file.path, bytes);
  return bytes;
}

/** What the folder shows: the file, and copies beside it. */
async function copiesOf({ objects, target }: Storage, file: LocalFile): Promise<string[]> {
  const folder = `${folderOf(file)}/`;
  return (await objects.list(target, folder)).map(({ key }) => key.slice(folder.length)).sort();
}

const sumOf = ({ objects, target }: Storage, file: LocalFile, copy = file.name): Promise<string | undefined> =>
  objects.sha256(target, `${folderOf(file)}/${copy}`);

const numbered = (name: string): string => name.replace(/(\.\w+)$/, ' (1)$1');

export const scenarios = [
  scenario(
    'fastr-settings.file-exists.overwrite',
    { ...common, title: 'With Overwrite (0) an upload replaces the object that is there', proves: ['FASTR-EFFECT-005'] },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await storageWith(context, api, { FileExistsAction: actions.overwrite });
      const file = await given.file(`${name('file')}.bin`, 300);
      await uploaded(context, api, storage, file);
      const bytes = await rewritten(context, file, 200);
      await uploaded(context, api, storage, file);
      expect.equal(await copiesOf(storage, file), [file.name], 'the folder shows one object');
      expect.equal(await sumOf(storage, file), sha256(bytes), 'it is the one that was uploaded last (SHA-256)');
    },
  ),
  scenario(
    'fastr-settings.file-exists.keep-both-upload',
    { ...common, title: 'With KeepBoth (2) an upload leaves the object that is there and stands beside it', proves: ['FASTR-EFFECT-005'] },
    async (context) => {
      const { given, expect, info, name } = context;
      const api = await given.session();
      const storage = await storageWith(context, api, { FileExistsAction: actions.keepBoth });
      const file = await given.file(`${name('file')}.bin`, 300);
      await uploaded(context, api, storage, file);
      const bytes = await rewritten(context, file, 200);
      await uploaded(context, api, storage, file);
      const copies = await copiesOf(storage, file);
      expect.equal(copies.length, 2, 'the folder shows two objects');
      const sums = await Promise.all(copies.map((copy) => sumOf(storage, file, copy)));
      expect.equal(sums[copies.indexOf(file.name)], file.sha256, 'the first one is as it was (SHA-256)');
      expect.that(sums.includes(sha256(bytes)), 'the other one is the second upload (SHA-256)');
      info.that(copies.includes(numbered(file.name)), 'it is called `name (1).ext`', copies);
    },
  ),
  scenario(
    'fastr-settings.file-exists.keep-both-download',
    {
      ...common,
      title: 'With KeepBoth (2) a download leaves the file that is there and stands beside it',
      after: afterDownload,
      operations: ['insertFastrSettings', 'downloadObject', 'getClientTransferStatus'],
      level: 'SHOULD',
      proves: ['FASTR-EFFECT-007'],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const [api, folder] = [await given.session(), await given.folder()];
      const storage = await storageWith(context, api, { FileExistsAction: actions.keepBoth });
      const [old, bytes] = [given.bytes(300), given.bytes(200)];
      const key = await stored(storage, `${name('object')}.bin`, bytes);
      await writeFile(join(folder, key), old);
      await clientState(context, api, await download(context, api, storage, { key, folder }), ['completed']);
      const files = (await readdir(folder)).sort();
      expect.equal(files.length, 2, 'the folder holds two files');
      const sums = await Promise.all(files.map(async (file) => sha256(await readFile(join(folder, file)))));
      expect.equal(sums[files.indexOf(key)], sha256(old), 'the first one is as it was (SHA-256)');
      expect.that(sums.includes(sha256(bytes)), 'the other one is the object (SHA-256)');
      info.that(files.includes(numbered(key)), 'it is called `name (1).ext`', files);
    },
  ),
  scenario(
    'fastr-settings.file-exists.skip-if-same',
    {
      ...common,
      title: 'With SkipIfSame (1) an upload sends nothing of what is there already, and replaces what differs',
      proves: ['FASTR-EFFECT-005'],
    },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, server] = [await given.session(), await given.storage()];
      const log = await startRequestLog(server.url);
      cleanUp(`relay ${log.url}`, () => log.close());
      const storage = await storageWith(context, api, { FileExistsAction: actions.skipIfSame }, { ...server, url: log.url });
      const file = await given.file(`${name('file')}.bin`, 300);
      // Older than its copy by any clock, whose finest unit may be a second.
      const lastHour = new Date(Date.now() - hourMs);
      await utimes(file.path, lastHour, lastHour);
      await uploaded(context, api, storage, file);
      const changes = (): number => log.requests.filter(isChange).length;
      const before = changes();
      expect.that(before > 0, 'the first upload sends the file', log.requests);
      await uploaded(context, api, storage, file);
      expect.equal(changes(), before, 'the second upload of the same sends nothing');
      const bytes = await rewritten(context, file, 200);
      await uploaded(context, api, storage, file);
      expect.equal(await sumOf(storage, file), sha256(bytes), 'a file that differs is uploaded (SHA-256)');
    },
  ),
  scenario(
    'fastr-settings.inactive',
    { ...common, title: 'Settings that are not active have no effect', level: 'SHOULD', proves: ['FASTR-EFFECT-008'] },
    async (context) => {
      const { given, expect, name } = context;
      const [api, without] = [await given.session(), await given.storage()];
      const inactive = await storageWith(context, api, { FileExistsAction: actions.keepBoth, Active: false });
      const copies: string[][] = [];
      for (const [storage, which] of [
        [without, 'without'],
        [inactive, 'inactive'],
      ] as const) {
        const file = await given.file(`${name(which)}.bin`, 300);
        await uploaded(context, api, storage, file);
        await rewritten(context, file, 200);
        await uploaded(context, api, storage, file);
        copies.push((await copiesOf(storage, file)).map((copy) => copy.replaceAll(name(which), '')));
      }
      expect.equal(copies[1], copies[0], 'what is there already is treated as without settings');
    },
  ),
];
